import type { FileContext } from '../analysis/context.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import { bare } from '../analysis/walk.js';
import { fillsArray, wordsOf } from '../kernel/acquiring.js';
import type { Expr } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { named, related } from './path.js';
import type { Rule } from './rule.js';

/** A name that this file gives to 1, or one whose value is not seen here. */
function isOne(file: FileContext, count: Expr | undefined): boolean {
	const name = count && bare(count);
	if (name?.kind !== 'name' || !/^[A-Z][A-Z0-9_]*$/.test(name.name)) return false;
	const value = constantsOf(file).get(name.name);
	return value === undefined || value === '1';
}

/** `#define NAME 1`, `NAME = 1` */
const VALUE = /\b([A-Z][A-Z0-9_]*)\b\s*(?:=\s*)?\(?(\d+)/g;

/** The first number that stands behind each name. */
const constantsOf = memoize((file: FileContext): ReadonlyMap<string, string> => {
	const found = new Map<string, string>();
	for (const [, name = '', value = ''] of file.text.matchAll(VALUE)) if (!found.has(name)) found.set(name, value);
	return found;
});

/** "pin_user_pages() may return fewer pages than nr, but only its sign is checked" */
function shortReturn(name: string, unit: string, asked: string | undefined): string {
	return `${name}() may return fewer ${unit} than ${asked ?? 'requested'}, but only its sign is checked`;
}

export const gupShortCount: Rule = {
	meta: {
		id: 'gup-short-count',
		title: 'Short return treated as success',
		severity: 'warning',
		needles: wordsOf(fillsArray),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const told = new Set<number>();
		for (const { event } of ownershipOf(file).events) {
			if (event.kind !== 'beyond' || isOne(file, event.holding.acquire.arg('count'))) continue;
			const { holding, loop, state } = event;
			if (told.has(holding.call.start)) continue;
			told.add(holding.call.start);
			const test = loop.test ?? loop;
			report({
				...holding.call.nameRange,
				message: `${named(holding)}: ${shortReturn(holding.acquire.call.name, 'pages', holding.asked)}, and the loop uses unset entries; handle a short return`,
				related: related(file, state, holding, {
					start: test.start,
					end: test.end,
					message: 'continues as if all pages were there',
				}),
			});
		}
		for (const { holding, exit } of ownershipOf(file).short) {
			if (told.has(holding.call.start) || isOne(file, holding.acquire.arg('count'))) continue;
			const { call } = holding.acquire;
			const bytes = holding.acquire.api.record.meaning === 'bytes';
			const asked = holding.acquire.arg(bytes ? 'maxsize' : 'count');
			report({
				...holding.call.nameRange,
				message: `${named(holding)}: ${shortReturn(call.name, bytes ? 'bytes' : 'pages', asked && file.slice(asked))}, so entries may be unset; handle a short return`,
				related: related(file, exit.state, holding, {
					start: exit.start,
					end: exit.end,
					message: 'returns here as if all pages were there',
				}),
			});
		}
	},
};
