import { ownershipOf } from '../analysis/ownership/ownership.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { named, related } from './path.js';
import type { Rule } from './rule.js';

/** The file is told when mappings change, and may use pages it does not hold until then. */
const MMU_NOTIFIED = /\bmmu_(?:interval_)?(?:notifier|invalidate)/;

export const gupUseAfterRelease: Rule = {
	meta: {
		id: 'gup-use-after-release',
		title: 'Pages used after they were released',
		severity: 'warning',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (MMU_NOTIFIED.test(file.text)) return;
		const seen = new Set<number>();
		for (const { event } of ownershipOf(file).events) {
			if (event.kind !== 'used' || seen.has(event.use.start)) continue;
			seen.add(event.use.start);
			const { holding, use, aspect, state } = event;
			report({
				...use.nameRange,
				message: `${named(holding)}: ${use.name}() uses the ${aspect} after ${holding.released?.name}(), when the ${holding.single ? 'page' : 'pages'} may already be reused; release after the last use`,
				related: related(file, state, holding),
			});
		}
	},
};
