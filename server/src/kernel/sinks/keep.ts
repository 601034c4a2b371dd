/** Functions that hand pages, or the object that holds them, to somebody who keeps them. */

import { perName } from '../per-name.js';
import { byName, names, type Source } from './table.js';

export interface Owner {
	/** Position of the page, or of what carries it. */
	readonly arg: number;
	/** Who puts the pages from then on. */
	readonly who: string;
}

const owners: readonly Source<Owner>[] = [
	{
		source: 'include/linux/skbuff.h, read in 6.1.192 and 6.12.117',
		calls: {
			'skb_fill_page_desc __skb_fill_page_desc skb_fill_page_desc_noacc skb_frag_set_page skb_add_rx_frag': {
				arg: 2,
				who: 'skb fragments',
			},
			__skb_fill_page_desc_noacc: { arg: 2, who: 'skb fragments' },
			'skb_frag_fill_page_desc __skb_frag_set_page skb_append_pagefrags': { arg: 1, who: 'skb fragments' },
		},
	},
	{
		source: 'include/linux/{splice,skmsg}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'add_to_pipe splice_to_pipe': { arg: 1, who: 'pipe buffers' },
			sk_msg_page_add: { arg: 1, who: 'a message scatterlist' },
		},
	},
];

const OWNERS = byName(owners);

/** Whose the pages are after this call; undefined when they stay the caller's. */
export function newOwner(name: string): Owner | undefined {
	return OWNERS.get(name);
}

/** Structs whose pages generic code puts: a page that is stored there has moved. */
const OWNING: ReadonlyMap<string, string> = new Map([
	['struct pipe_buffer', 'pipe buffers'],
	['struct splice_pipe_desc', 'pipe buffers'],
	['struct partial_page', 'pipe buffers'],
	['struct sk_msg', 'a message scatterlist'],
	['skb_frag_t', 'skb fragments'],
	['struct sk_buff', 'skb fragments'],
	['struct vm_fault', 'the page tables'],
]);

/** Who puts pages stored in a struct of this type. */
export function owningType(type: string): string | undefined {
	return OWNING.get(type);
}

export interface Insertion {
	/** Position of the node of an object, or of the object itself. */
	readonly entry: number;
	/** Position of the list, tree or table. */
	readonly into: number;
	/** It may fail, with an errno or an error that xa_err() reads, and files nothing then. */
	readonly fallible?: true;
	/** The entry itself is filed, not an object by one of its members. */
	readonly whole?: true;
}

const insertions: readonly Source<Insertion>[] = [
	{
		source: 'include/linux/{list,rculist,rbtree,hashtable,llist}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'list_add list_add_tail list_add_rcu list_add_tail_rcu list_move list_move_tail hlist_add_head': {
				entry: 0,
				into: 1,
			},
			'hlist_add_head_rcu hlist_add_behind llist_add rb_insert_color rb_insert_color_cached rb_add rb_add_cached': {
				entry: 0,
				into: 1,
			},
			'rb_find_add interval_tree_insert': { entry: 0, into: 1 },
			'hash_add hash_add_rcu': { entry: 1, into: 0 },
		},
	},
	{
		source: 'include/linux/{xarray,idr,radix-tree,rhashtable,maple_tree}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'xa_store xa_store_bh xa_store_irq __xa_store xa_insert xa_insert_bh xa_insert_irq __xa_insert': {
				entry: 2,
				into: 0,
				fallible: true,
				whole: true,
			},
			'xa_alloc xa_alloc_bh xa_alloc_irq __xa_alloc xa_alloc_cyclic xa_alloc_cyclic_bh xa_alloc_cyclic_irq': {
				entry: 2,
				into: 0,
				fallible: true,
				whole: true,
			},
			'idr_alloc idr_alloc_u32 idr_alloc_cyclic': { entry: 1, into: 0, fallible: true, whole: true },
			idr_replace: { entry: 1, into: 0, whole: true },
			'radix_tree_insert mtree_insert': { entry: 2, into: 0, fallible: true, whole: true },
			'rhashtable_insert_fast rhashtable_lookup_insert_fast rhashtable_lookup_insert_key': { entry: 1, into: 0 },
			xa_store_range: { entry: 3, into: 0 },
		},
	},
];

const INSERTIONS = byName(insertions);

/** A function that files an object under a key or in a row; undefined for any other. */
export function insertion(name: string): Insertion | undefined {
	return INSERTIONS.get(name);
}

const ALLOCATES =
	/^(?:__get_free_pages?|get_zeroed_page|kmemdup|memdup_user)$|(?:^|_)(?:[kvm]*[mzc]?alloc|create|new|dup)(?:_|$)/;

/** Returns an object nobody else has yet, as far as its name tells. Source: include/linux/slab.h and the habit of the tree. */
export function makesObject(name: string): boolean {
	return ALLOCATES.test(name);
}

const RELEASES = /(?:^|_)(?:put|release|unpin|drop|unref|unget)(?:_|$)|_release$|_put$/;

/** Memory orders and locks are released as well. */
const NO_RELEASES = /^(?:smp_|atomic|arch_|raw_|refcount_|kref_|lock_|rwsem_|mutex_)/;

/** A helper that gives pages back, as far as its name tells: ceph_put_page_vector, p9_release_pages. */
export const namedRelease = perName((name): boolean => RELEASES.test(name) && !NO_RELEASES.test(name));

const DESTRUCTORS = names(`
	kref_put kref_put_mutex kref_put_lock call_rcu devm_add_action devm_add_action_or_reset
`);

/** Drops a reference on an object and says whether it was the last one. Source: include/linux/{refcount,atomic}.h. */
export const dropsReference = perName((name): boolean =>
	/^(?:refcount|atomic(?:64|_long)?)_(?:dec|sub)_and_(?:test|lock\w*|mutex_lock)$/.test(name),
);

/** Calls the function among its arguments to destroy an object. Source: include/linux/{kref,rcupdate,device}.h. */
export function callsDestructor(name: string): boolean {
	return DESTRUCTORS.has(name);
}

/**
 * Functions and fields that get a function to call when some work is done. Read in 6.12.117: include/linux/{workqueue,
 * interrupt,timer,usb,dmaengine,bio,completion,dma-fence,kthread,mmu_notifier}.h.
 */
const COMPLETES =
	/^(?:__?)?(?:INIT_(?:DELAYED_|RCU_)?WORK(?:_ONSTACK)?|tasklet_(?:init|setup)|timer_setup|setup_timer|(?:devm_)?request_(?:threaded_|percpu_)?irq|pci_request_irq|request_any_context_irq|usb_fill_\w+_urb|dma_fence_add_callback|init_waitqueue_func_entry|kthread_(?:init_work|run|create)|task_work_add|init_task_work|hrtimer_(?:init|setup)|irq_work_init|io_req_\w+|\w+_set_callback|blk_execute_rq_nowait)$/;
const COMPLETION_FIELD =
	/(?:^|_)(?:callback|complete|completion|done|end_io|func|handler|destructor|finish|thread_fn|free_job)$|^complete_/;

export const registersCompletion = perName((name): boolean => COMPLETES.test(name));

/**
 * The type of an interrupt handler, or of the completion of a request.
 * Source: include/linux/{interrupt,usb,blk_types}.h (irq_handler_t, usb_complete_t, bio_end_io_t).
 * @param first type of the first parameter, without its pointers
 */
export function endsWork(returns: string, first: string | undefined): boolean {
	return returns === 'irqreturn_t' || (returns === 'void' && /^struct (?:urb|bio|tasklet_struct)$/.test(first ?? ''));
}

export function isCompletionField(field: string): boolean {
	return COMPLETION_FIELD.test(field);
}

/** Words of code that deals with changes of user page tables. Source: include/linux/{mmu_notifier,hmm,kvm_host}.h. */
export const NOTIFIERS =
	/\b(?:\w*mmu_notifier\w*|mmu_interval_\w+|mmu_invalidate_\w+|hmm_range(?:_fault)?|\w+_mn_(?:un)?register\w*|CONFIG_(?:KVM_GENERIC_)?MMU_NOTIFIER)\b/g;

/** Of these, the words of code that is told of a change: it registers for it, or asks whether one came in between. */
export const TOLD =
	/\b(?:\w*mmu_notifier(?:_(?:register|unregister|get|put|synchronize|retry|seq|count|ops|release|from)\w*)?|mmu_interval_\w+|mmu_invalidate_(?:retry|seq|in_progress)\w*|kvm_mmu_notifier_\w+|hmm_range(?:_fault)?|\w+_mn_(?:un)?register\w*)\b/g;

/** Each of these words, and each header of them, has one of these within it: cheap to look for, and most files have none. */
export const NOTIFIER_HINT = /mmu_notifier|mmu_in|hmm_range|_mn_|MMU_NOTIFIER|<linux\/hmm\.h>/;

/** A field of the callbacks that are called when page tables change, with the function it is given. */
export const INVALIDATES = /\.invalidate\w*\s*=\s*&?(\w+)/g;

const QUIET = names(`
	IS_ERR IS_ERR_OR_NULL PTR_ERR PTR_ERR_OR_ZERO ERR_PTR WARN_ON WARN_ON_ONCE BUG_ON VM_BUG_ON VM_BUG_ON_PAGE BUILD_BUG_ON
	set_page_dirty set_page_dirty_lock folio_mark_dirty folio_mark_dirty_lock mark_page_accessed folio_mark_accessed SetPageDirty
	lock_page unlock_page trylock_page folio_lock folio_unlock folio_trylock wait_on_page_writeback folio_wait_writeback
	flush_dcache_page flush_dcache_folio flush_kernel_vmap_range invalidate_kernel_vmap_range clflush_cache_range
	flush_kernel_dcache_page flush_icache_range flush_anon_page get_page folio_get page_ref_add try_get_page
	kfree kvfree vfree sg_init_table sg_mark_end sg_free_table sg_next sg_unmark_end for_each_sg array_size struct_size
	bio_set_pages_dirty bio_flagged bio_op bio_sectors bio_init task_io_account_write
	dma_unmap_page dma_unmap_page_attrs dma_unmap_single dma_unmap_sg dma_unmap_sg_attrs dma_unmap_sgtable dma_mapping_error
	dma_sync_sg_for_cpu dma_sync_sg_for_device dma_sync_sgtable_for_cpu dma_sync_sgtable_for_device ib_dma_unmap_sgtable_attrs
	ib_dma_unmap_sg ib_dma_unmap_page ib_dma_mapping_error DIV_ROUND_UP is_zero_pfn SetPageError dma_sync_single_for_cpu dma_sync_single_for_device iommu_unmap
	sg_dma_address sg_dma_len page_array_size IS_ALIGNED PAGE_ALIGNED folio_maybe_dma_pinned dump_page ARRAY_SIZE offset_in_page virt_addr_valid pfn_valid sg_nents
	mutex_lock mutex_unlock spin_lock spin_unlock spin_lock_irqsave spin_unlock_irqrestore INIT_LIST_HEAD list_del
	list_del_init list_empty rb_erase xa_erase idr_remove kref_init kref_get refcount_set refcount_inc kobject_get
	init_completion container_of printk min max min_t max_t
`);
const PRINTS =
	/^(?:(?:dev|pr|netdev|drm|v4l2|net)_\w+|trace_\w+|\w+_(?:dbg|debug|err|warn|info)(?:_ratelimited)?|[A-Z_]*(?:DBG|DEBUG|ERROR|WARN|INFO)[A-Z_]*)$/;

/** Looks at what it gets, or locks or prints it, and keeps nothing. */
export const keepsNothing = perName((name): boolean => QUIET.has(name) || PRINTS.test(name));
