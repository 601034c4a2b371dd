import type { FileContext } from '../analysis/context.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import type { TrackedResource } from '../analysis/ownership/state.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { leakReport, lostReports } from './gup-leak.js';
import { named, related, releaseAdvice } from './path.js';
import type { Rule } from './rule.js';

/** Of a call that leaks in another way as well: no more than what is different. */
function againWords(file: FileContext, holding: TrackedResource): string {
	return `${named(holding)}: a short return leaks the pages already obtained as well; ${releaseAdvice(file, holding)} there too`;
}

export const gupPartialLeak: Rule = {
	meta: {
		id: 'gup-partial-leak',
		title: 'Pages of a short return leaked',
		severity: 'warning',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const { leaks, events } = ownershipOf(file);
		const leaking = new Set(leaks.flatMap(({ short, holding }) => (short ? [] : holding.acquire.call.start)));
		for (const leak of leaks) {
			if (!leak.short) continue;
			const told = leakReport(file, leak);
			const { holding } = leak;
			// gup-leak has said of this call what happens and why
			const again = leaking.has(holding.acquire.call.start);
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
				message: `${named(holding)}: releasing bytes / PAGE_SIZE pages ignores the offset into the first page and leaks the last one; release DIV_ROUND_UP(offset + bytes, PAGE_SIZE)`,
				related: related(file, state, holding),
			});
		}
	},
};
