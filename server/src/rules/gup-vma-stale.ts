import { lockAnalysis } from '../analysis/locks.js';
import { staleMappings } from '../analysis/stale-mappings.js';
import { VMA_LOOKUPS, VMA_WITHOUT_MMAP_LOCK } from '../kernel/locks.js';
import type { Rule } from './rule.js';

/** Whether the range has changed is asked afterwards. */
const ASKED_AFTERWARDS = /\bmmu_(?:interval_read_retry|interval_check_retry|invalidate_retry)/;

export const gupVmaStale: Rule = {
	meta: {
		id: 'gup-vma-stale',
		title: 'Pages acquired after a stale VMA check',
		severity: 'information',
		needles: [...VMA_LOOKUPS],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (ASKED_AFTERWARDS.test(file.text)) return;
		const locks = lockAnalysis(file);
		for (const fn of file.ir.functions) {
			const names = fn.calls.map(({ name }) => name);
			if (!fn.hasNoSyntaxErrors || !names.some((name) => VMA_LOOKUPS.has(name) && !file.ir.defined.has(name))) continue;
			if (names.some((name) => VMA_WITHOUT_MMAP_LOCK.has(name))) continue;
			for (const { taking, lookup } of staleMappings(file, locks, fn))
				report({
					...taking.nameRange,
					message: `${taking.name}() uses a range checked by ${lookup.name}() before mmap_lock was dropped; it may have changed; recheck it, or keep the lock`,
					related: [{ ...lookup.nameRange, message: 'the VMA is looked up here' }],
				});
		}
	},
};
