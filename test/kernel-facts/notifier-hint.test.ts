import { expect, test } from 'vitest';
import { NOTIFIER_HINT, NOTIFIERS, TOLD } from '../../server/src/kernel/sinks/index.js';

test.each([
	'mmu_notifier_register',
	'mn_mmu_notifier_ops',
	'mmu_interval_notifier_insert',
	'mmu_invalidate_retry',
	'mmu_invalidate_seq',
	'kvm_mmu_notifier_invalidate',
	'hmm_range_fault',
	'hmm_range',
	'i915_mn_register',
	'radeon_mn_unregister',
	'CONFIG_MMU_NOTIFIER',
	'CONFIG_KVM_GENERIC_MMU_NOTIFIER',
])('%s, a word about notifiers, has the hint in it', (word) => {
	expect([NOTIFIERS, TOLD].some((words) => word.search(words) === 0)).toBe(true);
	expect(word).toMatch(NOTIFIER_HINT);
});

test('nor are the headers missed', () => {
	for (const header of ['mmu_notifier', 'hmm']) expect(`#include <linux/${header}.h>`).toMatch(NOTIFIER_HINT);
});
