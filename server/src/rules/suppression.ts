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

const COMMENT =
	/(\/\*|\/\/)[ \t*]*gup-lens:[ \t]*keep[ \t]+([\w-]+)[ \t]*(?:--[ \t]*([^\n]*?))?[ \t]*(?:\*\/|(?=\r?\n)|$)/g;

/** All suppression comments of a text. A comment alone on its line covers the next line too. */
export function suppressions(text: string): Suppression[] {
	if (!text.includes('gup-lens:')) return [];
	return [...text.matchAll(COMMENT)].map((match) => {
		const start = match.index;
		const end = start + match[0].length;
		const lineStart = text.lastIndexOf('\n', start - 1) + 1;
		let lineEnd = text.indexOf('\n', end);
		if (lineEnd < 0) lineEnd = text.length;
		// In a macro the line goes on with a backslash.
		const alone = text.slice(lineStart, start).trim() === '' && /^\s*\\?\s*$/.test(text.slice(end, lineEnd));
		const next = text.indexOf('\n', lineEnd + 1);
		return {
			start,
			end,
			rule: match[2] as string,
			reason: (match[3] ?? '').trim(),
			covers: { start: lineStart, end: alone ? (next < 0 ? text.length : next) : lineEnd },
		};
	});
}
