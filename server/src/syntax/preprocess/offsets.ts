/** Offsets of a preprocessed text as those of the text it was made of. Lines are the same in both. */
import type { Range } from '../ir.js';
import type { Expanded } from './expand.js';

const WORD = /\w/;

/** A comment to us, on one line. */
const SUPPRESSION = /\/\*[ \t*]*gup-lens:(?:(?!\*\/)[^\r\n])*\*\/|\/\/[ \t]*gup-lens:[^\r\n]*/g;

/** Some of the text that something else stands for; of the same number of lines. */
export interface Replacement extends Range {
	readonly text: string;
	/** Where the parts of the new text come from, in its order. */
	readonly parts: readonly Part[];
}

interface Part extends Range {
	/** Offset in the new text, and length there. */
	readonly at: number;
	readonly length: number;
	/** The same text stands at `start` and `end`. */
	readonly isOwn: boolean;
}

/** Blanks in place of a range. */
export function blanked(source: string, { start, end }: Range): Replacement {
	return { start, end, text: source.slice(start, end).replace(/[^\n]/g, ' '), parts: [] };
}

/** The tokens a macro stands for, in place of its use. */
export function written(source: string, { start, end }: Range, tokens: readonly Expanded[]): Replacement {
	let text = '';
	const parts: Part[] = [];
	for (const token of tokens) {
		const touches = WORD.test(text.at(-1) ?? '') && WORD.test(token.text[0] ?? '');
		if (text !== '' && (token.isSpaced || touches)) text += ' ';
		parts.push({
			at: text.length,
			length: token.text.length,
			start: token.start,
			end: token.end,
			isOwn: token.isOwn,
		});
		text += token.text.replace(/\n/g, ' ');
	}
	// comments between the arguments that suppress a finding stay, behind what they are about
	for (const { 0: comment, index } of source.slice(start, end).matchAll(SUPPRESSION)) {
		const from = start + index;
		text += ' ';
		parts.push({ at: text.length, length: comment.length, start: from, end: from + comment.length, isOwn: true });
		text += comment;
	}
	const lines = source.slice(start, end).split('\n').length - 1;
	return { start, end, text: text + '\n'.repeat(lines), parts };
}

interface Placed extends Replacement {
	/** Offset in the new text. */
	readonly at: number;
}

export class OffsetMap {
	readonly text: string;
	private readonly placed: readonly Placed[];

	/** @param replacements ascending, none overlaps another */
	constructor(source: string, replacements: readonly Replacement[]) {
		let text = '';
		let from = 0;
		const placed: Placed[] = [];
		for (const replacement of replacements) {
			text += source.slice(from, replacement.start);
			placed.push({ ...replacement, at: text.length });
			text += replacement.text;
			from = replacement.end;
		}
		this.text = text + source.slice(from);
		this.placed = placed;
	}

	/** A range of the new text in the old one: of what a macro stands for, the use of the macro. */
	back({ start, end }: Range): Range {
		const from = this.place(start).start;
		const to = end > start ? this.place(end - 1).end : from;
		const use = this.around(start);
		// arguments come in another order than they are given
		if (to < from) return use ? { start: use.start, end: use.end } : { start: from, end: from };
		return { start: from, end: to };
	}

	/** The same text stands in both, and nothing else between. */
	isSame({ start, end }: Range): boolean {
		return (
			this.around(start) === undefined && !this.placed.some((one) => one.at < end && one.at + one.text.length > start)
		);
	}

	/** An offset of the old text in the new one: of a use of a macro, the first of `names` that it stands for. */
	forward(offset: number, names: (text: string) => boolean): number {
		let shift = 0;
		for (const one of this.placed) {
			if (one.start > offset) break;
			if (offset < one.end) {
				const own = one.parts.find(({ start, end, isOwn }) => isOwn && start <= offset && offset < end);
				if (own) return one.at + own.at + offset - own.start;
				const named = one.parts.find(({ at, length, isOwn }) => !isOwn && names(one.text.slice(at, at + length)));
				return one.at + (named?.at ?? 0);
			}
			shift = one.at + one.text.length - one.end;
		}
		return offset + shift;
	}

	private place(offset: number): Range {
		const one = this.before(offset);
		if (!one) return { start: offset, end: offset + 1 };
		const inside = offset - one.at;
		if (inside >= one.text.length) {
			const there = one.end + inside - one.text.length;
			return { start: there, end: there + 1 };
		}
		const part = one.parts.findLast(({ at }) => at <= inside);
		if (!part) return { start: one.start + Math.min(inside, one.end - one.start), end: one.end };
		if (!part.isOwn || inside >= part.at + part.length) return { start: part.start, end: part.end };
		const there = part.start + inside - part.at;
		return { start: there, end: there + 1 };
	}

	/** The replacement an offset of the new text lies in. */
	around(offset: number): Replacement | undefined {
		const one = this.before(offset);
		return one && offset < one.at + one.text.length ? one : undefined;
	}

	private before(offset: number): Placed | undefined {
		let low = 0;
		let high = this.placed.length;
		while (low < high) {
			const mid = (low + high) >> 1;
			if ((this.placed[mid] as Placed).at <= offset) low = mid + 1;
			else high = mid;
		}
		return this.placed[low - 1];
	}
}
