import { oneLine } from '../../workspace/wording.js';

/** Kernel code has tabs of eight columns. */
const TAB = 8;
/** Wider lines are cut around the marked part. */
const WIDTH = 160;

/** UTF-16 units looked at before and behind the start of the marked part. */
const NEAR = 4 * WIDTH;

/** A source line as shown, with the line under it that marks a part. */
interface Snippet {
	readonly line: string;
	readonly mark: string;
}

/**
 * @param text a line without its end
 * @param start UTF-16 offset of the marked part in the line, from 0
 * @param end behind the marked part; beyond the line when it goes on in the next one
 */
export function snippet(text: string, start: number, end: number): Snippet {
	// Generated code has lines of megabytes.
	const skip = text.length > NEAR && start > NEAR ? start - NEAR : 0;
	return whole(text.slice(skip, start + NEAR), start - skip, end - skip);
}

function whole(text: string, start: number, end: number): Snippet {
	let line = '';
	let column = 0;
	let markFrom: number | undefined;
	let markTo = 0;
	let offset = 0;
	for (const character of text) {
		if (offset >= start && markFrom === undefined) markFrom = column;
		const shown = character === '\t' ? ' '.repeat(TAB - (column % TAB)) : oneLine(character);
		line += shown;
		column += shown === character ? width(character) : shown.length;
		offset += character.length;
		if (offset <= end) markTo = column;
	}
	const from = markFrom ?? column;
	const mark = `${' '.repeat(from)}^${'~'.repeat(Math.max(0, markTo - from - 1))}`;
	return cut(line.trimEnd(), mark, from);
}

/** Columns a character takes: none for combining marks, two for East Asian wide ones. */
function width(character: string): number {
	if (/\p{Mark}|\u200d/u.test(character)) return 0;
	return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u.test(
		character,
	)
		? 2
		: 1;
}

function cut(line: string, mark: string, from: number): Snippet {
	if (line.length <= WIDTH) return { line, mark };
	const begin = Math.max(0, Math.min(from - 20, line.length - WIDTH));
	const head = begin > 0 ? '…' : '';
	const tail = begin + WIDTH < line.length ? '…' : '';
	return {
		line: head + line.slice(begin, begin + WIDTH) + tail,
		mark: ' '.repeat(head.length) + mark.slice(begin, begin + WIDTH),
	};
}
