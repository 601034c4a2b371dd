/** What the developer should look at after a conversion: each note one sentence. */
import type { FileContext } from '../analysis/context.js';
import { mentionsOf } from './comments.js';
import type { Handling } from './pages.js';
import type { FileEdit } from './plan.js';

/** Words beyond which a list ends. */
const MOST_LINES = 6;

/** Comments and messages that name a function which is not called any more, and are not renamed. */
function mentions(file: FileContext, names: readonly string[], edits: readonly FileEdit[]): string | undefined {
	const left = mentionsOf(file, names).filter(
		({ start }) => !edits.some((edit) => edit.path === undefined && edit.start <= start && start < edit.end),
	);
	if (left.length === 0) return undefined;
	const named = [...new Set(left.map(({ name }) => name))].join(' or ');
	const lines = new Set(
		left.slice(0, MOST_LINES * MOST_LINES).map(({ start }) => file.text.slice(0, start).split('\n').length),
	);
	return `comments or messages still name ${named}: line ${[...lines].slice(0, MOST_LINES).join(', ')}`;
}

const LEFT = new Set(['left', 'short-left']);

/** Return paths that leak pages already: not a matter of the conversion. */
function leaks(file: FileContext, { journeys }: Handling): string | undefined {
	const functions = journeys.flatMap(({ fn, ways }) =>
		ways.some(({ ending, at }) => LEFT.has(ending.kind) && file.unit.isOwn(at)) ? [`${fn.name}()`] : [],
	);
	if (functions.length === 0) return undefined;
	return `${[...new Set(functions)].join(' and ')} already leaks pages on an error path, which this conversion does not fix`;
}

/** The pages may be pinned to be written: a number or a truth value among the flags becomes FOLL_WRITE. */
export function isWritten({ takings }: Pick<Handling, 'takings'>): boolean {
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
	handling: Handling,
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
