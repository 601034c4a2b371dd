/** What the developer should look at after a conversion: each note one sentence. */
import type { FileContext } from '../analysis/context.js';
import type { Range } from '../syntax/ir.js';
import type { Handling } from './pages.js';
import type { FileEdit } from './plan.js';

/** Words beyond which a list ends. */
const MOST_LINES = 6;

const COMMENTS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"?/g;

/** Comments and messages that name a function which is not called any more. */
function mentions(file: FileContext, names: readonly string[], edits: readonly FileEdit[]): string | undefined {
	const own = file.text.slice(0, file.unit.own);
	const word = new RegExp(`\\b(?:${names.join('|')})\\b`);
	const lines = [...own.matchAll(COMMENTS)].flatMap((match) => {
		const at = word.exec(match[0]);
		const offset = match.index + (at?.index ?? 0);
		const gone = edits.some((edit) => edit.path === undefined && edit.start <= offset && offset < edit.end);
		return at && !gone ? [own.slice(0, offset).split('\n').length] : [];
	});
	if (lines.length === 0) return undefined;
	const shown = [...new Set(lines)].slice(0, MOST_LINES).join(', ');
	return `comments or messages still name ${names.join(' or ')}: line ${shown}`;
}

const LEFT = new Set(['left', 'short-left']);

/** Ways out on which pages stay behind already: that is no matter of the conversion. */
function leaks(file: FileContext, { journeys }: Handling): string | undefined {
	const lines = journeys.flatMap(({ ways }) =>
		ways.flatMap(({ ending, at }: { ending: { kind: string }; at: Range }) =>
			LEFT.has(ending.kind) && file.unit.isOwn(at) ? [file.text.slice(0, at.start).split('\n').length] : [],
		),
	);
	if (lines.length === 0) return undefined;
	return `before and after it pages are left behind on a way out: line ${[...new Set(lines)].slice(0, MOST_LINES).join(', ')}`;
}

/** @param longterm FOLL_LONGTERM is among the flags */
export function notesOf(
	file: FileContext,
	handling: Handling,
	edits: readonly FileEdit[],
	longterm: boolean,
): string[] {
	const names = [...new Set(handling.takings.map(({ call }) => call.name))];
	const writes = handling.takings.some(({ flags }) => flags?.some(({ bits }) => bits.has('FOLL_WRITE')) ?? false);
	return [
		mentions(file, names, edits),
		leaks(file, handling),
		longterm && writes && file.kernel.atLeast('6.5')
			? 'FOLL_WRITE with FOLL_LONGTERM fails with -EFAULT on mappings of files that need dirty tracking'
			: undefined,
	].filter((note) => note !== undefined);
}
