/**
 * Macros and functions that somebody says stand for others, `X_PIN` for `pin_user_pages`: read as if a header of the file defined
 * them as macros.
 */
import type { SiblingFile } from '../linked-unit.js';

/** Head and body of a `#define`, each valid as such: `X_PIN` and `pin_user_pages`, or `x_pin(dev, n)` and a call. */
export type StandIn = readonly [head: string, body: string];

/** Of the header that is made of them; no file has it. */
const HEADER = '<configuration>';

/** Plain data: the same list as long as nothing in it changes. */
export type StandIns = readonly StandIn[];

/** `x_pin` of `x_pin(dev, n)`. */
export function nameOf([head]: StandIn): string {
	return /^\w+/.exec(head)?.[0] ?? '';
}

/** The text names one of them. */
export function namesOne(text: string, standIns: StandIns): boolean {
	return standIns.some((one) => isIn(text, nameOf(one)));
}

/**
 * The header with those that a text names and does not define itself: what can be read is better than what is said of it.
 * @returns none where nothing is left
 */
export function headerFor(text: string, standIns: StandIns): readonly SiblingFile[] {
	const used = standIns.filter((one) => isIn(text, nameOf(one)) && !defines(text, nameOf(one)));
	if (used.length === 0) return [];
	const lines = used.map(([head, body]) => `#define ${head} ${body}\n`);
	return [{ path: HEADER, text: lines.join(''), isForced: true }];
}

function isIn(text: string, name: string): boolean {
	return text.includes(name) && new RegExp(`\\b${name}\\b`).test(text);
}

/** UTF-16 units of the parameters of a function. */
const LONGEST_PARAMETERS = 4_000;

/** A function of that name has its body in the text. */
function defines(text: string, name: string): boolean {
	for (const { index } of text.matchAll(new RegExp(`^[A-Za-z_][^\\n;{}()=]*\\b${name}\\s*\\(|^${name}\\s*\\(`, 'gm'))) {
		let depth = 0;
		const open = text.indexOf('(', index);
		for (let at = open; at < Math.min(text.length, open + LONGEST_PARAMETERS); at++) {
			if (text[at] === '(') depth++;
			else if (text[at] === ')' && --depth === 0) {
				if (/^[\s\w]*\{/.test(text.slice(at + 1, at + 200))) return true;
				break;
			}
		}
	}
	return false;
}
