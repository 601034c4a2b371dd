import type { FileContext } from '../analysis/context.js';
import type { Holding } from '../analysis/ownership/state.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { leakReport, lostReports } from './gup-leak.js';
import { giver, named, related, taken } from './path.js';
import type { Rule } from './rule.js';

/** Of a call that leaks in another way as well: no more than what is different. */
function againWords(file: FileContext, holding: Holding): string {
	return `${named(holding)}: a short return leaks the pages already obtained as well; release them with ${giver(file, holding)} there too`;
}

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
		const leaking = new Set(leaks.flatMap(({ short, holding }) => (short ? [] : holding.taking.call.start)));
		for (const leak of leaks) {
			if (!leak.short) continue;
			const told = leakReport(file, leak, 'when it obtains fewer than asked for, those are left behind');
			const { holding } = leak;
			// gup-leak has said of this call what happens and why
			const again = leaking.has(holding.taking.call.start);
			report(again ? { ...told, message: againWords(file, holding) } : told);
		}
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
