/** Properties of texts that mean the same: other line ends, another line above. */
import type { Audit, Range } from '../../../server/src/engine.js';
import { audit, optionsOf } from '../subject.js';
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
		},
	},
];
