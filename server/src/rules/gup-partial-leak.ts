import { acquires, wordsOf } from '../kernel/acquiring.js';
import { leakReport, lostReports } from './gup-leak.js';
import { giver, named, related, taken } from './path.js';
import type { Rule } from './rule.js';

export const gupPartialLeak: Rule = {
	meta: {
		id: 'gup-partial-leak',
		title: 'Pages of a short count left behind',
		severity: 'warning',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const { leaks, events } = file.ownership;
		for (const leak of leaks)
			if (leak.short) report(leakReport(file, leak, 'when it obtains fewer than asked for, those are left behind'));
		for (const lost of lostReports(file, true)) report(lost);
		const told = new Set<number>();
		for (const { event } of events) {
			if (event.kind !== 'unoffset' || told.has(event.release.start)) continue;
			told.add(event.release.start);
			const { holding, release, state } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: ${taken(holding)}, but released by bytes / PAGE_SIZE, which forgets the offset in the first page: the last page is left behind; release DIV_ROUND_UP(offset + bytes, PAGE_SIZE) pages with ${giver(file, holding)}`,
				related: related(file, state, holding),
			});
		}
	},
};
