/**
 * What kernel functions outside the family do with a page, an array of pages or an object they are given.
 * A function that is not named here may keep what it gets. Sources: include/linux/{mm,highmem,slab,overflow,list,rbtree,
 * xarray,scatterlist,vmalloc,dma-mapping,dev_printk,printk,spinlock,mutex}.h, read in 6.1.192 and 6.12.117.
 */
import { perName } from './per-name.js';

const set = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** They look at what they get and keep nothing. */
const READERS = set(`
	struct_size flex_array_size array_size array3_size size_mul size_add ARRAY_SIZE container_of container_of_const offsetof
	min max min_t max_t min3 max3 clamp clamp_t umin umax READ_ONCE data_race BUILD_BUG_ON
	DIV_ROUND_UP DIV_ROUND_UP_ULL round_up round_down roundup rounddown ALIGN PAGE_ALIGN PFN_UP PFN_DOWN PFN_PHYS
	offset_in_page offset_in_folio page_to_nid page_to_pfn page_to_phys page_to_virt page_to_bus page_address lowmem_page_address
	page_size page_shift page_count page_ref_count page_mapcount page_mapped page_mapping page_file_mapping page_private
	page_zone page_zonenum page_zone_id page_pgdat page_index page_offset page_folio compound_head compound_order compound_nr
	thp_size thp_nr_pages thp_order nth_page folio_page folio_size folio_nr_pages folio_order folio_pfn folio_nid folio_mapping
	folio_address folio_pos folio_index folio_inode folio_mapcount folio_ref_count folio_mapped folio_page_idx folio_is_zone_device
	is_zone_device_page is_device_private_page is_device_coherent_page is_pci_p2pdma_page is_zero_page is_zero_pfn is_highmem
	is_huge_zero_page pfn_valid pfn_to_page pfn_to_phys virt_addr_valid virt_to_page virt_to_phys __pa phys_to_virt
	kmap kmap_atomic kmap_local_page kmap_local_folio kunmap kunmap_atomic kunmap_local vmap vunmap vm_map_ram vm_unmap_ram
	memcpy memmove memset memcmp memcpy_to_page memcpy_from_page memzero_page copy_page copy_highpage clear_page clear_highpage
	clear_user_highpage copy_user_highpage copy_to_user_page copy_from_user_page zero_user zero_user_segment zero_user_segments
	copy_page_to_iter copy_page_from_iter copy_page_from_iter_atomic copy_page_to_iter_nofault simple_copy_to_iter
	copy_to_user copy_from_user __copy_to_user __copy_from_user put_user get_user access_ok untagged_addr
	flush_dcache_page flush_dcache_folio flush_anon_page flush_kernel_vmap_range invalidate_kernel_vmap_range flush_icache_range
	flush_icache_page arch_make_page_accessible clflush_cache_range
	set_page_dirty set_page_dirty_lock folio_mark_dirty folio_mark_dirty_lock mark_page_accessed folio_mark_accessed
	lock_page unlock_page trylock_page folio_lock folio_unlock folio_trylock lock_page_killable folio_lock_killable
	wait_on_page_writeback folio_wait_writeback folio_wait_stable wait_for_stable_page
	dma_map_page dma_map_page_attrs dma_unmap_page dma_unmap_page_attrs dma_map_single dma_unmap_single dma_mapping_error
	dma_sync_single_for_cpu dma_sync_single_for_device dma_map_sg dma_unmap_sg dma_map_sgtable dma_unmap_sgtable
	pci_map_page pci_unmap_page pci_map_sg pci_unmap_sg ib_dma_map_page ib_dma_unmap_page ib_dma_mapping_error
	kasan_check_write kasan_check_read kmsan_unpoison_memory kmemleak_ignore might_sleep cond_resched cpu_relax
	sg_alloc_table init_waitqueue_head timer_setup xa_err xa_is_err xa_empty xa_is_value xa_init xa_init_flags idr_init ida_init kref_init dma_alloc_coherent dma_free_coherent
	IS_ERR IS_ERR_OR_NULL IS_ERR_VALUE PTR_ERR PTR_ERR_OR_ZERO ERR_PTR ERR_CAST unlikely likely WARN_ON WARN_ON_ONCE WARN WARN_ONCE
	BUG_ON VM_BUG_ON VM_BUG_ON_PAGE VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ON_ONCE_PAGE lockdep_assert_held
	mmap_read_lock mmap_read_unlock mmap_write_lock mmap_write_unlock mmap_read_lock_killable mmap_write_lock_killable
	mmap_read_trylock mmap_assert_locked mmget mmput mmgrab mmdrop mmget_not_zero get_task_mm down_read up_read down_write up_write
	mutex_lock mutex_unlock mutex_lock_interruptible mutex_lock_killable mutex_trylock mutex_is_locked mutex_init mutex_destroy
	spin_lock spin_unlock spin_lock_irq spin_unlock_irq spin_lock_irqsave spin_unlock_irqrestore spin_lock_bh spin_unlock_bh
	spin_lock_init raw_spin_lock raw_spin_unlock read_lock read_unlock write_lock write_unlock rcu_read_lock rcu_read_unlock
	down up down_interruptible srcu_read_lock srcu_read_unlock local_irq_save local_irq_restore local_irq_disable local_irq_enable
	init_completion complete complete_all wait_for_completion wait_for_completion_interruptible wait_for_completion_timeout
	INIT_LIST_HEAD INIT_WORK INIT_DELAYED_WORK list_empty list_del list_del_init kref_init refcount_set refcount_read
	atomic_set atomic_read atomic_inc atomic_dec atomic_add atomic_sub atomic64_set atomic64_read atomic64_add atomic64_sub
	atomic64_inc atomic64_dec atomic_long_add atomic_long_sub atomic_long_add_return atomic64_add_return atomic_long_read
	account_locked_vm __account_locked_vm capable ns_capable rlimit can_do_mlock
	iov_iter_advance iov_iter_revert iov_iter_count iov_iter_npages iov_iter_is_kvec iov_iter_is_bvec iov_iter_is_xarray
	iov_iter_is_folioq iov_iter_is_discard iov_iter_is_pipe iov_iter_rw user_backed_iter iter_is_iovec iter_is_ubuf
	iov_iter_extract_will_pin iov_iter_single_seg_count iov_iter_alignment iov_iter_truncate iter_iov_addr iter_iov_len
	printk snprintf sprintf scnprintf strlen strcmp sg_init_table sg_mark_end sg_free_table sg_next sg_phys sg_virt
	sg_nents sg_nents_for_len sg_dma_address sg_dma_len sg_last sg_is_last sg_is_chain sg_copy_from_buffer sg_copy_to_buffer
	sg_pcopy_from_buffer sg_pcopy_to_buffer sg_zero_buffer dma_sync_sg_for_cpu dma_sync_sg_for_device
	dma_sync_sgtable_for_cpu dma_sync_sgtable_for_device
	test_bit set_bit clear_bit change_bit __set_bit __clear_bit __change_bit test_and_set_bit test_and_clear_bit
	test_and_change_bit __test_and_set_bit __test_and_clear_bit set_bit_le clear_bit_le test_bit_le bitmap_set bitmap_clear bitmap_zero fls ffs __fls __ffs ilog2 order_base_2 get_order
	page_mte_tagged set_page_mte_tagged try_page_mte_tagging mte_save_page_tags mte_restore_page_tags mte_clear_page_tags
	mte_allocate_tag_storage mte_free_tag_storage mte_copy_tags_from_user mte_copy_tags_to_user dump_skip dump_emit
	barrier mb rmb wmb smp_mb smp_rmb smp_wmb cpu_relax
	ib_umem_num_pages ib_umem_num_dma_blocks ib_umem_page_count ib_umem_offset ib_umem_start ib_umem_end ib_umem_dma_offset
	ib_umem_find_best_pgsz ib_umem_find_best_pgoff ib_umem_is_contiguous ib_umem_copy_from ib_umem_check_rereg
	rdma_umem_block_iter_next __rdma_umem_block_iter_start __rdma_block_iter_start __rdma_block_iter_next
	page_pool_page_is_pp vmalloc_to_page kmap_to_page is_vmalloc_addr ktime_get udelay mdelay msleep usleep_range
`);

/** Prints, traces, page tests: CamelCase page flags, dev_err(), pr_debug(), trace_*(). */
const READER_NAMES =
	/^(?:(?:dev|pr|netdev|drm|ib?dev|v4l2|usnic|fs|xen|kvm)_(?:err|warn|info|dbg|debug|notice|crit|alert|emerg|cont|vdbg|err_ratelimited|warn_ratelimited|info_ratelimited|dbg_ratelimited|err_once|warn_once|info_once)$|(?:dev|pr|net)_\w+_ratelimited$|trace_\w+|(?:(?:Set|Clear|TestSet|TestClear|__Set|__Clear)?Page[A-Z]\w*)$|folio_(?:test|set|clear)_\w+|page_to_(?!netmem)\w+|usnic_dbg$|usnic_err$|[a-z0-9]+_(?:dbg|debug|err|warn)$)/;

/** The function keeps nothing of its arguments. */
export const readsOnly = perName((name): boolean => READERS.has(name) || READER_NAMES.test(name));

/** Assignments in the form of a call: a place gets the value, and others may see it there. */
export const STORES = set('WRITE_ONCE smp_store_release smp_store_mb rcu_assign_pointer xchg cmpxchg swap');

/**
 * They pass over an entry that is NULL where none of a page lies before it: gup_folio_next() looks into all that follow one.
 * With `make_dirty` they do not. Source: mm/gup.c of 6.12.117; the one of 6.1.192 does neither.
 */
export const PASSES_OVER_NULL = set('unpin_user_pages unpin_user_pages_dirty_lock');

/** A negative errno as the number is a bug of the caller, which they tell by WARN_ON() and release nothing. Source: mm/gup.c since 5.10. */
export const WARNS_OF_ERRNO = set('unpin_user_pages');

/**
 * They give memory back: of an array of pages, not the pages; of an object, not what it points to. Each with the position of
 * the memory. Source: include/linux/{slab,vmalloc,gfp,mempool,device,rcupdate,bio}.h.
 */
export const FREES: ReadonlyMap<string, number> = new Map([
	['kfree', 0],
	['kvfree', 0],
	['vfree', 0],
	['kfree_sensitive', 0],
	['kvfree_sensitive', 0],
	['kfree_rcu', 0],
	['kvfree_rcu', 0],
	['kfree_rcu_mightsleep', 0],
	['kmem_cache_free', 1],
	['devm_kfree', 1],
	['mempool_free', 0],
	['free_page', 0],
	['free_pages', 0],
	['free_pages_exact', 0],
	['bio_put', 0],
]);

/** They give a page back to the page allocator. Source: mm/page_alloc.c, include/linux/gfp.h. */
export const PAGE_FREES = set('__free_page __free_pages free_unref_page');

/** They return fresh memory or NULL. */
export const ALLOCATORS =
	/^(?:k[mzc]alloc(?:_array|_node|_array_node)?|kv[mzc]alloc(?:_array|_node|_array_node)?|kmem_cache_(?:z?alloc|zalloc_node|alloc_node)|(?:__)?v[mz]alloc(?:_user|_node|_array)?|vcalloc|devm_k[mzc]alloc(?:_array)?|devm_k[mz]alloc|__get_free_pages?|get_zeroed_page|kmemdup|kv?[mz]alloc_(?:objs?|flex)|alloc_page|alloc_pages)$/;

/** Of these, those whose memory is zero. */
export const ZEROING =
	/^(?:k[zc]alloc\w*|kv[zc]alloc\w*|vzalloc\w*|vcalloc|devm_k[zc]alloc\w*|kmem_cache_zalloc\w*|get_zeroed_page)$/;

/**
 * How many arguments of an allocator only name a type, as that of sizeof does: `p = kmalloc_objs(*p, n)` reads nothing.
 * The second one of the _flex forms is the name of a member. Source: include/linux/slab.h, read in 6.12.117 and 7.3.4.
 */
export function typeOperands(name: string): number {
	const form = /^kv?[mz]alloc_(objs?|flex)$/.exec(name)?.[1];
	return form === undefined ? 0 : form === 'flex' ? 2 : 1;
}

/** They return an address, frame or mapping of the page: who has that can still give the page back. */
export const ADDRESSES = set(`
	page_to_pfn page_to_phys page_to_virt page_to_bus page_address lowmem_page_address folio_address folio_pfn page_folio
	compound_head nth_page folio_page kmap kmap_atomic kmap_local_page kmap_local_folio vmap vm_map_ram PFN_PHYS pfn_to_phys
	virt_to_phys __pa sg_phys sg_virt pfn_to_page virt_to_page
`);

/** Of these, those that return NULL when they fail. Source: mm/vmalloc.c. */
export const MAPPERS = set('vmap vm_map_ram');

/** Another view of the same page. */
export const VIEWS = set('page_folio compound_head folio_page nth_page folio_file_page pfn_folio');

/** They take one more reference or pin on a page that is held already. */
export const REFCOUNT_INCREMENTS = set(`
	get_page folio_get try_get_page get_page_unless_zero folio_try_get folio_ref_add folio_ref_inc page_ref_add page_ref_inc
	folio_add_pin folio_add_pins
`);

/**
 * They return memory behind a request that was allocated with it: of that request alone.
 * Source: include/crypto/internal/{aead,skcipher,hash,akcipher}.h, include/linux/blk-mq.h, include/scsi/scsi_cmnd.h.
 */
export const REQUEST_PARTS = set(`
	aead_request_ctx aead_request_ctx_dma skcipher_request_ctx skcipher_request_ctx_dma ahash_request_ctx ahash_request_ctx_dma
	akcipher_request_ctx akcipher_request_ctx_dma blk_mq_rq_to_pdu scsi_cmd_priv
`);

/** They put an object where others find it, given the address of a member. */
export const PUBLISHERS =
	/(?:^|_)(?:list_add|list_splice|list_move|hlist_add|rb_link|rb_insert|rb_add|interval_tree_insert|llist_add|plist_add|queue_work|queue_delayed_work|schedule_work|xa_store|xa_insert|xa_alloc|idr_alloc|idr_replace|radix_tree_insert|fd_install|kref_get|rhashtable_insert|add_tail|enqueue|init_work|call_rcu)/i;

/** They keep the pages they are given when they return 0, and nothing when they fail. */
export const KEEPERS = set(`
	sg_alloc_table_from_pages sg_alloc_table_from_pages_segment sg_alloc_append_table_from_pages __sg_alloc_table_from_pages
	xa_insert xa_insert_bh xa_insert_irq xa_alloc radix_tree_insert add_to_page_cache_lru filemap_add_folio vm_insert_page vm_map_pages
	dma_buf_export anon_inode_getfile anon_inode_create_getfile anon_inode_getfd
`);

/** Of these, those that return something else than 0 where they do not fail. Source: include/linux/{dma-buf,anon_inodes}.h. */
export const HANDLES: ReadonlyMap<string, 'pointer' | 'descriptor'> = new Map([
	['dma_buf_export', 'pointer'],
	['anon_inode_getfile', 'pointer'],
	['anon_inode_create_getfile', 'pointer'],
	['anon_inode_getfd', 'descriptor'],
]);

/** Macros that declare a variable -> its struct. Source: include/linux/dma-buf.h. */
export const DECLARERS: ReadonlyMap<string, string> = new Map([
	['DEFINE_DMA_BUF_EXPORT_INFO', 'struct dma_buf_export_info'],
]);
