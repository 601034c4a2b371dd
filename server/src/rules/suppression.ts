/** `gup-lens: keep <rule> -- reason` comments. */
import type { Range } from '../syntax/ir.js';
import type { RuleMeta } from './rule.js';

export const suppressionMeta: RuleMeta = {
	id: 'suppression',
	title: 'Suppression without a reason or without effect',
	severity: 'warning',
	needles: ['gup-lens:'],
	fix: 'none',
	versioned: false,
};

export interface Suppression extends Range {
	readonly rule: string;
	readonly reason: string;
	/** Range of the line(s) whose findings it covers. */
	readonly covers: Range;
}

/** What a suppression begins with, up to the rule; where it ends is found without a pattern, which would take the square of a long line. */
const HEAD = /(?:\/\*|\/\/)[ \t*]*gup-lens:[ \t]*keep[ \t]+([\w-]+)/g;

/** A comment and its line, with whether anything else stands on that. */
interface Found extends Omit<Suppression, 'covers'> {
	readonly line: Range;
	readonly alone: boolean;
}

/** All suppression comments of a text, in its order. Those alone on their lines, one below the other, cover the next line too. */
export function suppressions(text: string): Suppression[] {
	if (!text.includes('gup-lens:')) return [];
	const all = commentsOf(text);
	/** Start of a line that is a comment alone -> end of what such a comment covers; from the last one up. */
	const covered = new Map<number, number>();
	for (const { alone, line } of all.toReversed()) {
		const next = line.end + 1;
		if (alone) covered.set(line.start, covered.get(next) ?? lineAround(text, next).end);
	}
	return all.map(({ line, alone, ...comment }) => ({
		...comment,
		covers: { start: line.start, end: alone ? (covered.get(line.start) ?? line.end) : line.end },
	}));
}

function commentsOf(text: string): Found[] {
	const found: Found[] = [];
	/** Of the line the last one is on. */
	let line: Range = { start: 0, end: -1 };
	/** The next end of a comment. */
	let closing = -1;
	for (const { 0: head, 1: words = '', index: start } of text.matchAll(HEAD)) {
		if (start > line.end) line = lineAround(text, start);
		const from = start + head.length;
		if (closing < from) closing = indexOf(text, '*/', from);
		const closes = closing < line.end;
		const stop = closes ? closing : withoutReturn(text, line.end);
		const body = bodyOf(words, text.slice(from, stop));
		if (!body) continue;
		const end = closes ? stop + 2 : stop;
		found.push({ start, end, ...body, line, alone: isAlone(text, start, end) });
	}
	return found;
}

function indexOf(text: string, wanted: string, from: number): number {
	const at = text.indexOf(wanted, from);
	return at < 0 ? Number.POSITIVE_INFINITY : at;
}

function lineAround(text: string, offset: number): Range {
	const end = text.indexOf('\n', offset);
	return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end };
}

function withoutReturn(text: string, lineEnd: number): number {
	return text[lineEnd] === '\n' && text[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
}

/** The rule and the reason; undefined where something else follows the rule. */
function bodyOf(words: string, rest: string): Pick<Suppression, 'rule' | 'reason'> | undefined {
	const behind = rest.trim();
	if (behind === '') return { rule: words, reason: '' };
	if (behind.startsWith('--')) return { rule: words, reason: behind.slice(2).trim() };
	// "gup-leak--because it is so"
	const dashes = words.lastIndexOf('--');
	return dashes > 0 ? { rule: words.slice(0, dashes), reason: (words.slice(dashes + 2) + rest).trim() } : undefined;
}

/** Nothing else stands on the line; in a macro it goes on with a backslash. */
function isAlone(text: string, start: number, end: number): boolean {
	let before = start - 1;
	while (isBlank(text[before])) before--;
	let after = end;
	while (isBlank(text[after])) after++;
	if (text[after] === '\\') after++;
	while (isBlank(text[after])) after++;
	return (before < 0 || text[before] === '\n') && (after >= text.length || text[after] === '\n');
}

function isBlank(char: string | undefined): boolean {
	return char !== undefined && char !== '\n' && /\s/.test(char);
}
