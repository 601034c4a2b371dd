/** How pages that stay in memory are charged to RLIMIT_MEMLOCK. Source: include/linux/{mm,mm_types,sched/user}.h, mm/util.c of 6.12. */

/** Fields that count such pages. */
export const CHARGED_COUNTERS: ReadonlySet<string> = new Set(['pinned_vm', 'locked_vm']);

/** Calls that charge: the argument that is a counter, where it has to be one, and the one that is false where it takes the charge back. */
export const CHARGES: ReadonlyMap<string, { readonly counter?: number; readonly adds?: number }> = new Map([
	['account_locked_vm', { adds: 2 }],
	['__account_locked_vm', { adds: 2 }],
	['atomic64_add', { counter: 1 }],
	['atomic64_add_return', { counter: 1 }],
	['atomic_long_add', { counter: 1 }],
	['atomic_long_add_return', { counter: 1 }],
	['atomic_long_try_cmpxchg', { counter: 0 }],
	['atomic_long_cmpxchg', { counter: 0 }],
]);
