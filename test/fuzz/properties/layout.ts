/** Properties of texts that mean the same: other line ends, another line above. */

import { fingerprints } from '../../../server/src/cli/fingerprint.js';
import type { Audit, Range } from '../../../server/src/engine.js';
import { analyse, audit, optionsOf } from '../subject.js';
import { same } from '../violation.js';
import type { Property } from './property.js';

/** The audit with offsets replaced by places. */
function placed({ findings, sites, unread, bounded }: Audit, place: (offset: number) => unknown): unknown {
	const at = <T extends Range & { readonly place?: unknown }>({ start, end, ...rest }: T): unknown =>
		// of a place in another file only that is told
		rest.place === undefined ? { ...rest, start: place(start), end: place(end) } : rest;
	return {
		findings: findings.map((one) => at({ ...one, related: one.related.map(at) })),
		sites: sites.map((one) => at({ ...one, evidence: one.evidence.map(at) })),
		unread,
		bounded,
	};
}

function lineAndColumn(text: string): (offset: number) => string {
	return (offset) => {
		const before = text.slice(0, offset).split('\n');
		return `${before.length}:${before.at(-1)?.length}`;
	};
}

/** Nothing but whole items with a function as the last one, as far as brackets tell. */
function isClosed(text: string): boolean {
	if (/["'#\\]|\/[/*]/.test(text) || !/\n\w[^\n;{}()]*\([^;{}()]*\)\n\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*$/.test(text))
		return false;
	const open: string[] = [];
	for (const char of text.match(/[()[\]{}]/g) ?? []) {
		if ('([{'.includes(char)) open.push(char);
		else if ('([{'.indexOf(open.pop() ?? '') !== ')]}'.indexOf(char)) return false;
	}
	return open.length === 0;
}

export const LAYOUT: readonly Property[] = [
	{
		name: 'CRLF',
		target: 'code',
		share: 0.25,
		check(input) {
			if (input.text.includes('\r')) return;
			const options = optionsOf(input);
			const windows = input.text.replaceAll('\n', '\r\n');
			const [one, other] = [audit(input.text, options), audit(windows, options)];
			same(one.unread, other.unread, 'other functions are unread with CRLF');
			// what the parser makes of an error depends on how much white space there is
			if (one.unread.length > 0) return;
			const before = placed(one, lineAndColumn(input.text));
			same(before, placed(other, lineAndColumn(windows)), 'findings differ with CRLF');
		},
	},
	{
		name: 'shifted',
		target: 'code',
		share: 0.25,
		check(input) {
			const options = optionsOf(input);
			const above = '\n\n';
			const one = placed(audit(input.text, options), (offset) => offset);
			const other = placed(audit(above + input.text, options), (offset) => offset - above.length);
			same(one, other, 'findings differ below empty lines');
			const prints = [input.text, above + input.text].map((text) =>
				fingerprints(input.path, text, analyse(text, options).findings),
			);
			same(prints[0], prints[1], 'fingerprints differ below empty lines');
		},
	},
	{
		name: 'indented',
		target: 'code',
		share: 0.2,
		check(input) {
			const options = optionsOf(input);
			const by = '    ';
			const one = audit(input.text, options);
			const other = audit(input.text.replaceAll('\t', by), options);
			same(one.unread, other.unread, 'other functions are unread without tabs');
			if (one.unread.length > 0) return;
			const place = (offset: number) => {
				const tabs = input.text.slice(0, offset).split('\t').length - 1;
				return offset + tabs * (by.length - 1);
			};
			same(
				placed(one, place),
				placed(other, (offset) => offset),
				'findings differ without tabs',
			);
		},
	},
	{
		name: 'followed',
		target: 'code',
		share: 0.2,
		check(input) {
			// whatever is open at its end goes on in what follows
			if (!isClosed(input.text)) return;
			const options = optionsOf(input);
			const [one, other] = ['', '\nint unrelated_fn(int a)\n{\n\treturn a;\n}\n'].map((after) =>
				placed(audit(input.text + after, options), (offset) => offset),
			);
			same(one, other, 'findings differ before another function');
		},
	},
];
