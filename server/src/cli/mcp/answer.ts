/** Answers of bounded length: an assistant pays for each word, and reads the first line first. */
import { count } from '../../workspace/wording.js';

/** Characters of the body of an answer. */
const MOST = 20_000;
/** Remarks, and characters of each. */
const REMARKS = 10;
const REMARK = 400;

export interface Answer {
	/** One line. */
	readonly summary: string;
	readonly body?: string;
	/** What was said beside it, a line each. */
	readonly remarks?: readonly string[];
}

export function bounded({ summary, body = '', remarks = [] }: Answer): string {
	const { text, left } = cut(body.trim());
	const less = left > 0 ? `; cut, ${count(left, 'line')} left out: ask for a smaller path or one rule` : '';
	const told = remarks.slice(0, REMARKS).map((remark) => `note: ${cutLine(remark)}`);
	const more = remarks.length > REMARKS ? [`note: ${count(remarks.length - REMARKS, 'more note')}`] : [];
	const parts = [`summary: ${cutLine(summary)}${less}`, text, [...told, ...more].join('\n')];
	return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** @returns lines from the beginning, and how many are left out */
function cut(body: string): { readonly text: string; readonly left: number } {
	if (body.length <= MOST) return { text: body, left: 0 };
	const end = body.lastIndexOf('\n', MOST);
	// a line may be as long as the file
	const text = body.slice(0, end < MOST / 2 ? MOST : end);
	return { text, left: body.slice(text.length).trim().split('\n').length };
}

function cutLine(line: string): string {
	return line.length > REMARK ? `${line.slice(0, REMARK)}...` : line;
}
