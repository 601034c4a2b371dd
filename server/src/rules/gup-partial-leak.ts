import { leakReport, lostReports } from './gup-leak.js';
import { named, related } from './path.js';
import type { Rule } from './rule.js';

export const gupPartialLeak: Rule = {
	meta: {
		id: 'gup-partial-leak',
		title: 'Pages of a short return leaked',
		severity: 'warning',
		needles: ['get_user_page', 'pin_user_page', 'iov_iter_get_pages', 'iov_iter_extract_pages', 'pin_folio'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const { leaks, events } = file.ownership;
		for (const leak of leaks) if (leak.short) report(leakReport(file, leak));
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
