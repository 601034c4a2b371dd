/**
 * What tells that code may sleep. Sources, read in 6.1.192 and 6.12.117: include/linux/{mutex,rwsem,wait,completion,delay,
 * uaccess,workqueue,pagemap,highmem-internal,interrupt,usb,bio,timer,hrtimer}.h. What forbids it is in locks.ts.
 */

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
	netfs_extract_user_iter account_locked_vm dma_fence_wait device_lock inode_lock kthread_stop free_irq disable_irq
	kmap kunmap`.split(/\s+/),
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
