/** What the developer should look at after a conversion: each note one sentence. */
import type { FileContext } from '../analysis/context.js';
import { mentionsOf, namesInComments, placeOf } from './comments.js';
import type { ConversionScope } from './conversion-scope.js';
import type { FileEdit } from './plan.js';

/** Places beyond which a list ends. */
const MOST_PLACES = 6;

/** Comments and messages that name a function which is not called any more, and are not renamed. */
function mentions(file: FileContext, names: readonly string[], edits: readonly FileEdit[]): string | undefined {
	const left = mentionsOf(file, names).filter(
		({ start }) => !edits.some((edit) => edit.path === undefined && edit.start <= start && start < edit.end),
	);
	const beside = file.unit.others.filter(({ text }) => namesInComments(text, names));
	const places = new Set([
		...left.slice(0, MOST_PLACES * MOST_PLACES).map((mention) => placeOf(file, mention)),
		...beside.map(({ path }) => `in ${path}`),
	]);
	if (places.size === 0) return undefined;
	const named = [...new Set(left.map(({ name }) => `${name}()`))].join(' or ') || 'the function';
	return `comments or messages still name ${named}, please check what they say: ${[...places].slice(0, MOST_PLACES).join(', ')}`;
}

const LEFT = new Set(['left', 'short-left']);

/** Functions with a return path that leaks pages already: not a matter of the conversion. */
export function leaksIn(file: FileContext, { journeys }: ConversionScope): readonly string[] {
	const leaking = journeys.filter(({ exits: ways }) =>
		ways.some(({ ending, at }) => LEFT.has(ending.kind) && file.unit.isOwn(at)),
	);
	return [...new Set(leaking.map(({ fn }) => fn.name))];
}

function leaks(file: FileContext, handling: ConversionScope): string | undefined {
	const functions = leaksIn(file, handling).map((name) => `${name}()`);
	if (functions.length === 0) return undefined;
	return `pages are already leaked on an error path of ${functions.join(' and ')}, which this conversion does not fix`;
}

/** The pages may be pinned to be written: a number or a truth value among the flags becomes FOLL_WRITE. */
export function isWritten({ takings }: Pick<ConversionScope, 'takings'>): boolean {
	return takings.some(
		({ flags }) =>
			flags?.some(
				({ bits, literals, booleans }) => bits.has('FOLL_WRITE') || literals.length > 0 || booleans.length > 0,
			) ?? false,
	);
}

/** @param longterm FOLL_LONGTERM is among the flags */
export function notesOf(
	file: FileContext,
	handling: ConversionScope,
	edits: readonly FileEdit[],
	longterm: boolean,
): string[] {
	const names = [...new Set(handling.takings.map(({ call }) => call.name))];
	return [
		mentions(file, names, edits),
		leaks(file, handling),
		longterm && isWritten(handling) && file.kernel.atLeast('6.5')
			? 'FOLL_WRITE with FOLL_LONGTERM fails with -EFAULT on mappings of files that need dirty tracking'
			: undefined,
	].filter((note) => note !== undefined);
}
