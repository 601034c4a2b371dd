import type { FileContext } from '../analysis/context.js';
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

export const gupShortCount: Rule = {
	meta: {
		id: 'gup-short-count',
		title: 'Fewer pages than asked for taken for success',
		severity: 'warning',
		needles: wordsOf(fillsArray),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const told = new Set<number>();
		for (const { event } of file.ownership.events) {
			if (event.kind !== 'beyond' || isOne(file, event.holding.taking.arg('count'))) continue;
			const { holding, loop, state } = event;
			if (told.has(holding.call.start)) continue;
			told.add(holding.call.start);
			const test = loop.test ?? loop;
			report({
				...holding.call.nameRange,
				message: `${named(holding)}: ${holding.taking.call.name}() may return fewer pages than the ${holding.asked} asked for, but only its sign is tested and a loop goes through all of them: the entries beyond were never filled; compare the result with the number asked for`,
				related: related(file, state, holding, {
					start: test.start,
					end: test.end,
					message: 'goes on as if all pages were there',
				}),
			});
		}
		for (const { holding, exit } of file.ownership.short) {
			if (told.has(holding.call.start) || isOne(file, holding.taking.arg('count'))) continue;
			const { call } = holding.taking;
			const bytes = holding.taking.api.record.meaning === 'bytes';
			const asked = holding.taking.arg(bytes ? 'maxsize' : 'count');
			const what = asked && `the ${file.slice(asked)}${bytes ? ' bytes' : ''}`;
			report({
				...holding.call.nameRange,
				message: `${named(holding)}: ${call.name}() may return fewer ${bytes ? 'bytes' : 'pages'} than ${what ?? 'the number'} asked for, but only its sign is tested: the entries beyond were never filled; compare the result with the number asked for`,
				related: related(file, exit.state, holding, {
					start: exit.start,
					end: exit.end,
					message: 'leaves here as if all pages were there',
				}),
			});
		}
	},
};
