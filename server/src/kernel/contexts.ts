/**
 * What decides whether code may sleep. Sources, read in 6.1.192 and 6.12.117: include/linux/{spinlock,rwlock,irqflags,
 * preempt,bottom_half,rcupdate,highmem,mutex,rwsem,wait,completion,delay,uaccess,workqueue,pagemap,interrupt}.h.
 */

/** Function that opens a section without sleep -> those that end it. */
export const ATOMIC_SECTIONS: ReadonlyMap<string, readonly string[]> = new Map(
	(
		[
			['spin_lock', 'spin_unlock'],
			['spin_lock_nested', 'spin_unlock'],
			['spin_lock_irq', 'spin_unlock_irq'],
			['spin_lock_irqsave', 'spin_unlock_irqrestore'],
			['spin_lock_bh', 'spin_unlock_bh'],
			['raw_spin_lock', 'raw_spin_unlock'],
			['raw_spin_lock_irq', 'raw_spin_unlock_irq'],
			['raw_spin_lock_irqsave', 'raw_spin_unlock_irqrestore'],
			['raw_spin_lock_bh', 'raw_spin_unlock_bh'],
			['read_lock', 'read_unlock'],
			['read_lock_irq', 'read_unlock_irq'],
			['read_lock_irqsave', 'read_unlock_irqrestore'],
			['read_lock_bh', 'read_unlock_bh'],
			['write_lock', 'write_unlock'],
			['write_lock_irq', 'write_unlock_irq'],
			['write_lock_irqsave', 'write_unlock_irqrestore'],
			['write_lock_bh', 'write_unlock_bh'],
			['bit_spin_lock', 'bit_spin_unlock'],
			['local_irq_disable', 'local_irq_enable'],
			['local_irq_save', 'local_irq_restore'],
			['local_bh_disable', 'local_bh_enable'],
			['preempt_disable', 'preempt_enable', 'preempt_enable_no_resched'],
			['rcu_read_lock', 'rcu_read_unlock'],
			['rcu_read_lock_bh', 'rcu_read_unlock_bh'],
			['kmap_atomic', 'kunmap_atomic'],
			['get_cpu', 'put_cpu'],
			['xa_lock', 'xa_unlock'],
			['xa_lock_irq', 'xa_unlock_irq'],
			['xa_lock_irqsave', 'xa_unlock_irqrestore'],
			['xa_lock_bh', 'xa_unlock_bh'],
		] as const
	).map(([open, ...close]) => [open, close]),
);

/** Scoped sections: `guard(spinlock)(&lock)`, `scoped_guard(...)`. Source: include/linux/cleanup.h. */
export const ATOMIC_GUARD: RegExp =
	/^(?:raw_)?(?:spinlock|read_lock|write_lock)(?:_irq|_irqsave|_bh)?$|^(?:rcu|preempt|irq|irqsave|bh)$/;

/** Functions that may sleep whatever their arguments are: code that calls them is in process context. */
export const SLEEPERS: ReadonlySet<string> = new Set(
	`mutex_lock mutex_lock_interruptible mutex_lock_killable mutex_lock_nested down_read down_write down_interruptible
	down_read_killable down_write_killable mmap_read_lock mmap_write_lock mmap_read_lock_killable mmap_write_lock_killable
	down wait_for_completion wait_for_completion_interruptible wait_for_completion_killable wait_for_completion_timeout
	wait_for_completion_interruptible_timeout wait_event wait_event_interruptible wait_event_killable wait_event_timeout
	wait_event_interruptible_timeout wait_on_bit msleep msleep_interruptible ssleep usleep_range fsleep might_sleep
	cond_resched schedule schedule_timeout copy_from_user copy_to_user get_user put_user clear_user strndup_user
	memdup_user flush_work flush_workqueue cancel_work_sync cancel_delayed_work_sync synchronize_rcu synchronize_srcu
	lock_page folio_lock set_page_dirty_lock folio_mark_dirty_lock vmalloc vzalloc vmap vunmap kvmalloc kvzalloc
	kvmalloc_array kvcalloc unpin_user_pages_dirty_lock unpin_user_page_range_dirty_lock get_user_pages
	get_user_pages_remote get_user_pages_unlocked get_user_pages_locked get_user_pages_fast pin_user_pages
	pin_user_pages_remote pin_user_pages_unlocked pin_user_pages_fast memfd_pin_folios iov_iter_get_pages2
	iov_iter_get_pages_alloc2 iov_iter_get_pages iov_iter_get_pages_alloc iov_iter_extract_pages extract_iter_to_sg
	netfs_extract_user_iter account_locked_vm dma_fence_wait device_lock inode_lock kthread_stop free_irq disable_irq`.split(
		/\s+/,
	),
);

/** Allocation flags that let an allocation sleep. Source: include/linux/gfp_types.h. */
export const SLEEPING_GFP: RegExp = /^GFP_(?:KERNEL(?:_ACCOUNT)?|USER|HIGHUSER(?:_MOVABLE)?|NOFS|NOIO)$/;

/** Parameter types of callbacks that run where nobody may sleep, or where the last user may be there. */
export const ATOMIC_CALLBACK: RegExp =
	/^struct (?:urb|bio|timer_list|hrtimer|tasklet_struct|rcu_head|irq_work|kref|softirq_action|pt_regs)$/;

/** Return types of interrupt handlers and their like. */
export const ATOMIC_RETURN: RegExp = /^(?:irqreturn_t|enum hrtimer_restart)$/;

/** Parameter types of callbacks that run in a kernel thread. */
export const SLEEPING_CALLBACK: RegExp = /^struct (?:work_struct|kthread_work|callback_head)$/;
