/** How much of what is known a hover shows: the first lines at once, some more behind them, the rest elsewhere. */
import { paragraphs } from './prose.js';

/** Lines before "More", and in all; as a hover of VS Code breaks them. */
export const MOST_AT_ONCE = 12;
export const MOST_LINES = 20;
/** Characters in a line. */
export const WIDTH = 100;
/** Of the second part. */
const HEADING = '**More**';

/** What belongs together; shown whole or not at all. */
export interface Part {
	readonly text: string;
	/** One more item of the list that the part before it is of. */
	readonly goesOn?: boolean;
}

/** Lines of Markdown as a hover shows them: without fences, addresses and marks, broken where they are long. */
export function shownLines(markdown: string): number {
	let count = 0;
	markdown.split(/^```.*\n?/m).forEach((part, i) => {
		const isCode = i % 2 === 1;
		for (const line of part.split('\n')) {
			if (line.trim() === '') continue;
			const shown = isCode ? line : line.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`*\\]/g, '');
			count += isCode ? 1 : Math.max(1, Math.ceil(shown.trim().length / WIDTH));
		}
	});
	return count;
}

/** Items of a list under what introduces it, each a part. */
export function listed(head: string | undefined, items: readonly string[]): Part[] {
	return [
		...(head === undefined ? [] : [{ text: head }]),
		...items.map((item, i) => ({ text: `- ${item}`, goesOn: head !== undefined || i > 0 })),
	];
}

/** Paragraphs, where parts of one list stand together. */
export function joined(parts: readonly Part[]): string {
	return parts.reduce(
		(text, part) => (part.goesOn && text !== '' ? `${text}\n${part.text}` : paragraphs(text, part.text)),
		'',
	);
}

/**
 * The parts as a hover, the most important first.
 * @param rest one line in place of what has no room
 * @param ending always shown
 */
export function hoverOf(parts: readonly Part[], rest: string, ending: string): string {
	const first: Part[] = [];
	let lines = 0;
	let next = 0;
	for (; next < parts.length; next++) {
		const part = parts[next] as Part;
		const size = shownLines(part.text);
		if (lines + size > MOST_AT_ONCE) break;
		first.push(part);
		lines += size;
	}
	const more: Part[] = [];
	let isWhole = true;
	const room = MOST_LINES - shownLines(HEADING) - shownLines(rest) - shownLines(ending);
	for (const part of parts.slice(next)) {
		const size = shownLines(part.text);
		if (lines + size > room) {
			isWhole = false;
			continue;
		}
		more.push(part);
		lines += size;
	}
	const isShort = more.length === 0 && isWhole && lines + shownLines(ending) <= MOST_AT_ONCE;
	// what goes on behind the heading begins a list of its own
	return paragraphs(joined(first), isShort ? '' : HEADING, joined(more), isWhole ? '' : rest, ending);
}
