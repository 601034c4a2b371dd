/**
 * Functions that take, drop or ask for the locks that decide about a call of the family. Sources, read in 6.1.192 and
 * 6.12.117: include/linux/{mmap_lock,rwsem,spinlock,rwlock,bit_spinlock,seqlock,irqflags,preempt,bottom_half,rcupdate,
 * local_lock,highmem,smp,percpu-defs,xarray,netdevice,cleanup,lockdep}.h, include/linux/sched/task.h, include/net/sock.h,
 * mm/gup.c.
 */
import { API_RECORDS } from './apis/index.js';
import type { ApiRecord } from './types.js';

/** Two kinds of knowledge that are followed apart: mmap_lock, and whatever forbids to sleep. */
export type LockFamily = 'mmap' | 'atomic';

/**
 * `mmap`: named by its mm. `rwsem`: mmap_lock when it is that field of an mm, else no lock of ours.
 * `any`: of a kind that only the type of the operand tells.
 */
export type LockKind = 'mmap' | 'rwsem' | 'any' | 'spin' | 'irq' | 'bh' | 'preempt' | 'rcu';

export interface LockPart {
	readonly kind: LockKind;
	/** Position of the argument that names it; absent where there is only one of the kind. */
	readonly arg?: number;
}

export interface LockOperation {
	readonly does: 'take' | 'drop' | 'assert';
	readonly parts: readonly LockPart[];
	/** Return value that says that the lock was taken; absent where it always is. */
	readonly success?: 'zero' | 'nonzero';
}

const OPERATIONS = new Map<string, LockOperation>();

function add(
	names: string,
	does: LockOperation['does'],
	parts: readonly LockPart[],
	success?: LockOperation['success'],
) {
	for (const name of names.split(/\s+/)) OPERATIONS.set(name, { does, parts, ...(success && { success }) });
}

const MM: readonly LockPart[] = [{ kind: 'mmap', arg: 0 }];
add('mmap_read_lock mmap_write_lock mmap_write_lock_nested', 'take', MM);
add('mmap_read_lock_killable mmap_write_lock_killable', 'take', MM, 'zero');
add('mmap_read_trylock mmap_write_trylock lock_mm_and_find_vma', 'take', MM, 'nonzero');
add('mmap_read_unlock mmap_write_unlock mmap_read_unlock_non_owner', 'drop', MM);
add('mmap_assert_locked mmap_assert_write_locked', 'assert', MM);

const SEM: readonly LockPart[] = [{ kind: 'rwsem', arg: 0 }];
add('down_read down_write down_read_nested down_write_nested down_read_non_owner', 'take', SEM);
add(
	'down_read_killable down_write_killable down_read_killable_nested down_write_killable_nested down_read_interruptible',
	'take',
	SEM,
	'zero',
);
add('down_read_trylock down_write_trylock', 'take', SEM, 'nonzero');
add('up_read up_write up_read_non_owner', 'drop', SEM);
add('rwsem_assert_held rwsem_assert_held_write', 'assert', SEM);
add('lockdep_assert_held lockdep_assert_held_write lockdep_assert_held_read lockdep_assert_held_once', 'assert', [
	{ kind: 'any', arg: 0 },
]);

const LOCK: LockPart = { kind: 'spin', arg: 0 };
const IRQ: LockPart = { kind: 'irq' };
const IRQ_FLAGS: LockPart = { kind: 'irq', arg: 1 };
const BH: LockPart = { kind: 'bh' };
const PREEMPT: LockPart = { kind: 'preempt' };

/** Name of the lock -> its unlock and trylock; each has the variants below. */
const SPINNING: readonly (readonly [lock: string, unlock: string, trylock: string])[] = [
	['spin_lock', 'spin_unlock', 'spin_trylock'],
	['raw_spin_lock', 'raw_spin_unlock', 'raw_spin_trylock'],
	['read_lock', 'read_unlock', 'read_trylock'],
	['write_lock', 'write_unlock', 'write_trylock'],
	['xa_lock', 'xa_unlock', 'xa_trylock'],
	['xas_lock', 'xas_unlock', 'xas_trylock'],
	['write_seqlock', 'write_sequnlock', ''],
	['read_seqlock_excl', 'read_sequnlock_excl', ''],
	['local_lock', 'local_unlock', ''],
];
for (const [lock, unlock, trylock] of SPINNING) {
	add(`${lock} ${lock}_nested ${lock}_nest_lock`, 'take', [LOCK]);
	add(`${lock}_bh ${lock}_bh_nested`, 'take', [LOCK, BH]);
	add(`${lock}_irq ${lock}_irq_nested`, 'take', [LOCK, IRQ]);
	add(`${lock}_irqsave ${lock}_irqsave_nested`, 'take', [LOCK, IRQ_FLAGS]);
	add(unlock, 'drop', [LOCK]);
	add(`${unlock}_bh`, 'drop', [LOCK, BH]);
	add(`${unlock}_irq`, 'drop', [LOCK, IRQ]);
	add(`${unlock}_irqrestore`, 'drop', [LOCK, IRQ_FLAGS]);
	if (trylock === '') continue;
	add(trylock, 'take', [LOCK], 'nonzero');
	add(`${trylock}_bh`, 'take', [LOCK, BH], 'nonzero');
	add(`${trylock}_irq`, 'take', [LOCK, IRQ], 'nonzero');
	add(`${trylock}_irqsave`, 'take', [LOCK, IRQ_FLAGS], 'nonzero');
}
add('bit_spin_lock', 'take', [{ kind: 'spin', arg: 1 }]);
add('bit_spin_trylock', 'take', [{ kind: 'spin', arg: 1 }], 'nonzero');
add('bit_spin_unlock __bit_spin_unlock', 'drop', [{ kind: 'spin', arg: 1 }]);
add('task_lock bh_lock_sock bh_lock_sock_nested netif_tx_lock netif_addr_lock __netif_tx_lock', 'take', [LOCK]);
add('task_unlock bh_unlock_sock netif_tx_unlock netif_addr_unlock __netif_tx_unlock', 'drop', [LOCK]);
add('netif_tx_lock_bh netif_addr_lock_bh __netif_tx_lock_bh', 'take', [LOCK, BH]);
add('netif_tx_unlock_bh netif_addr_unlock_bh __netif_tx_unlock_bh', 'drop', [LOCK, BH]);
add('assert_spin_locked assert_raw_spin_locked', 'assert', [LOCK]);

add('local_irq_disable raw_local_irq_disable', 'take', [IRQ]);
add('local_irq_enable raw_local_irq_enable', 'drop', [IRQ]);
add('local_irq_save raw_local_irq_save', 'take', [{ kind: 'irq', arg: 0 }]);
add('local_irq_restore raw_local_irq_restore', 'drop', [{ kind: 'irq', arg: 0 }]);
add('lockdep_assert_irqs_disabled', 'assert', [IRQ]);
add('local_bh_disable rcu_read_lock_bh', 'take', [BH]);
add('local_bh_enable rcu_read_unlock_bh', 'drop', [BH]);
add(
	'preempt_disable preempt_disable_notrace get_cpu get_cpu_var get_cpu_ptr rcu_read_lock_sched kmap_atomic kmap_atomic_prot',
	'take',
	[PREEMPT],
);
add(
	'preempt_enable preempt_enable_notrace preempt_enable_no_resched put_cpu put_cpu_var put_cpu_ptr rcu_read_unlock_sched kunmap_atomic',
	'drop',
	[PREEMPT],
);
add('lockdep_assert_preemption_disabled', 'assert', [PREEMPT]);
add('rcu_read_lock', 'take', [{ kind: 'rcu' }]);
add('rcu_read_unlock', 'drop', [{ kind: 'rcu' }]);

/** What a function does to a lock by its name; undefined for all others. */
export function lockOperation(name: string): LockOperation | undefined {
	return OPERATIONS.get(name);
}

/** Guard class of include/linux/cleanup.h -> the function it calls first; the class of mmap_lock came with 6.17. */
const GUARDS: ReadonlyMap<string, string> = new Map([
	['irq', 'local_irq_disable'],
	['irqsave', 'local_irq_disable'],
	['preempt', 'preempt_disable'],
	['preempt_notrace', 'preempt_disable'],
	['rcu', 'rcu_read_lock'],
	['rwsem_read', 'down_read'],
	['rwsem_write', 'down_write'],
	['task_lock', 'task_lock'],
	['mmap_read_lock', 'mmap_read_lock'],
	['mmap_write_lock', 'mmap_write_lock'],
]);

/** What `guard(name)(...)` takes until the end of its block; undefined for guards that are none of ours. */
export function guardOperation(name: string): LockOperation | undefined {
	const taken = GUARDS.get(name);
	if (taken) return OPERATIONS.get(taken);
	const kind = /^((?:raw_)?spinlock|read_lock|write_lock|local_lock)(_nested|_irqsave|_irq|_bh)?$/.exec(name);
	if (!kind) return undefined;
	const also = kind[2] === '_bh' ? [BH] : kind[2]?.startsWith('_irq') ? [IRQ] : [];
	return { does: 'take', parts: [LOCK, ...also] };
}

/** Endings of a guard class that may fail to take its lock: `rwsem_read_kill`, `spinlock_try`. */
export const CONDITIONAL_GUARD = /_(?:try|intr|interruptible|kill|killable)$/;

/** Fields that are mmap_lock: mmap_sem before 5.8. */
export const MMAP_FIELD = /^(?:mmap_lock|mmap_sem)$/;

/** Types of a field that lockdep_assert_held() on it says something about sleeping. */
export const SPIN_TYPE = /^(?:raw_spinlock_t|spinlock_t|rwlock_t|struct (?:raw_)?spinlock)$/;

/** The lock must be held by the caller. With `locked` they may drop it. Source: comments in mm/gup.c; `mmap_assert_locked()` there. */
export const NEEDS_MMAP_LOCK: ReadonlySet<string> = new Set([
	'get_user_pages',
	'get_user_pages_remote',
	'get_user_pages_locked',
	'get_user_pages_longterm',
	'get_user_page_vma_remote',
	'pin_user_pages',
	'pin_user_pages_remote',
	'pin_user_pages_locked',
]);

/**
 * They give a mapping of the mm in their first argument, which mmap_lock keeps. Source: mm/mmap.c (`mmap_assert_locked()` in
 * find_vma() and find_vma_intersection()), include/linux/mm.h; find_extend_vma() until 6.5.
 */
export const VMA_LOOKUPS: ReadonlySet<string> = new Set([
	'find_vma',
	'find_vma_prev',
	'find_vma_intersection',
	'find_exact_vma',
	'find_extend_vma',
	'find_extend_vma_locked',
	'vma_lookup',
]);

/** They keep a mapping without mmap_lock, or tell whether it changed. Source: include/linux/mmap_lock.h of 6.12 and 7.3. */
export const VMA_WITHOUT_MMAP_LOCK: ReadonlySet<string> = new Set([
	'lock_vma_under_rcu',
	'lock_next_vma',
	'vma_start_read',
	'vma_start_read_locked',
	'vma_assert_locked',
	'mmap_lock_speculate_try_begin',
]);

/** They take mmap_lock of current->mm themselves. Source: mm/gup.c, `might_lock_read(&current->mm->mmap_lock)`. */
export const TAKES_MMAP_LOCK: ReadonlySet<string> = new Set([
	'get_user_pages_fast',
	'get_user_pages_unlocked',
	'pin_user_pages_fast',
	'pin_user_pages_unlocked',
	'get_dump_page',
]);

/** They may return with mmap_lock dropped. Source: mm/memory.c, mm/mmap.c, mm/filemap.c. */
export const MAY_DROP_MMAP_LOCK: ReadonlySet<string> = new Set([
	'handle_mm_fault',
	'expand_stack',
	'lock_page_or_retry',
	'folio_lock_or_retry',
	'__folio_lock_or_retry',
	'filemap_fault',
	'handle_userfault',
]);

/** They are called with mmap_lock held and return with it, although they are given the mm. Source: mm/mmap.c, mm/gup.c, kernel/fork.c. */
export const KEEPS_MMAP_LOCK =
	/^(?:find_vma|find_vma_intersection|find_vma_prev|find_exact_vma|find_extend_vma|find_extend_vma_locked|vma_lookup|vma_find|vma_iter_\w+|mas_\w+|fixup_user_fault|hugetlb_\w+|mm_\w+|mmget\w*|mmput|mmput_async|mmgrab|mmdrop|get_task_mm|get_mm_\w+|add_mm_\w+|inc_mm_\w+|dec_mm_\w+|__account_locked_vm|mmap_lock_is_contended|mmap_write_downgrade|mmu_\w+|flush_\w+|walk_page_\w+|atomic\w*|get_user_page\w*|pin_user_page\w*|follow_\w+|vm_insert_\w+|khugepaged_\w+|ksm_\w+|zap_\w+|untagged_addr_remote|hmm_range_fault|userfaultfd_\w+|pgd_offset|p4d_offset|pud_offset|pmd_offset|pte_offset_map\w*)$/;

/** Locks by name that have nothing to do with mmap_lock. */
export const OTHER_LOCK =
	/^(?:mutex_|ww_mutex_|rt_mutex_|(?:raw_)?spin_|(?:raw_)?(?:read|write)_(?:try|un)?lock|bit_spin_|read_seq|write_seq|s?rcu_|lockdep_|might_lock|rtnl_|inode_|i_mmap_|anon_vma_|device_|lock_page|unlock_page|trylock_page|folio_|lock_sock|release_sock|bh_lock_sock|sock_|console_|dma_resv_|drm_|ttm_|local_|percpu_|xa_|xas_|task_|down_|down$|up_|up$|trace_|pte_|pmd_|get_user_page|pin_user_page|mmap_write_downgrade|lru_|hlist_|idr_|fs_|file_|posix_lock|vfs_lock|locks_|clk_|regmap_|pm_|kvm_|set_page_dirty_lock|unpin_|put_user_page|account_locked_vm|__account_locked_vm|can_do_mlock|vma_start_|vma_end_|vb2_|v4l2_|netif_)/;

/** A helper of this name may return with a lock taken or dropped. */
export const LOCKING_NAME =
	/(?:^|_)(?:re|try|un)?lock(?:ed|ing)?(?:_|\d|$)|(?:^|_)(?:mmap|acquire|enter|leave|begin|hold|unhold)(?:_|$)|_mm_(?:start|get|open|prepare|down|up|access)(?:_|$)/i;

/** A helper of this name may drop a lock of its caller. */
export const UNLOCKING_NAME =
	/(?:^|_)(?:unlock|UNLOCK|relock|irqrestore|leave|RELEASE)(?:_|\d|$)|_release_lock|drop_lock/;

/** They lock the page or folio, and so may sleep: name -> position of `make_dirty`, without which they only unpin. Source: mm/gup.c, mm/page-writeback.c, mm/folio-compat.c. */
export const SLEEPING_DIRTIERS: ReadonlyMap<string, number | undefined> = new Map([
	['set_page_dirty_lock', undefined],
	['folio_mark_dirty_lock', undefined],
	['unpin_user_pages_dirty_lock', 2],
	['unpin_user_page_range_dirty_lock', 2],
	['unpin_user_folio_dirty_locked', 2],
	['put_user_pages_dirty_lock', 2],
]);

/** They fault pages in, and so may sleep: whatever they are given, or only for a user-backed iterator. */
export const SLEEPING_TAKERS: ReadonlyMap<string, NonNullable<ApiRecord['sleeps']>> = new Map(
	API_RECORDS.flatMap(({ name, sleeps }) => (sleeps ? [[name, sleeps] as const] : [])),
);

/** The call may sleep, unless its arguments say otherwise. */
export function maySleep(name: string): boolean {
	return SLEEPING_DIRTIERS.has(name) || SLEEPING_TAKERS.has(name);
}

/** Questions about the context: who asks them knows when he may sleep. */
export const CONTEXT_QUESTIONS =
	/^(?:in_atomic|in_interrupt|in_irq|in_hardirq|in_softirq|in_serving_softirq|in_nmi|in_task|irqs_disabled|irqs_disabled_flags|preemptible|rcu_preempt_depth|preempt_count)$/;
