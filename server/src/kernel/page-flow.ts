/**
 * How pages move between variables, arrays and the objects that carry them. Sources: include/linux/{mm,scatterlist,bio,
 * bvec,skbuff,gfp,pagemap,vmalloc}.h, read in 6.1.192 and 6.12.117.
 */

/** Function -> argument of which it gives another view: the same page, the next entry of the same list. */
export const VIEW_OF: ReadonlyMap<string, number> = new Map([
	['page_folio', 0],
	['compound_head', 0],
	['folio_page', 0],
	['folio_file_page', 0],
	['nth_page', 0],
	['sg_page', 0],
	['sg_next', 0],
	['sg_last', 0],
	['sg_page_iter_page', 0],
	['bio_first_bvec_all', 0],
	['bio_first_page_all', 0],
	['bio_first_folio_all', 0],
	['bvec_iter_page', 0],
	['READ_ONCE', 0],
]);

/** Function -> [argument that receives, argument that is stored]. */
export const STORES: ReadonlyMap<string, readonly [into: number, pages: number]> = new Map([
	['sg_set_page', [0, 1]],
	['sg_assign_page', [0, 1]],
	['sg_set_folio', [0, 1]],
	['sg_chain', [0, 2]],
	['sg_alloc_table_from_pages', [0, 1]],
	['sg_alloc_table_from_pages_segment', [0, 1]],
	['sg_alloc_append_table_from_pages', [0, 1]],
	['__sg_alloc_table_from_pages', [0, 1]],
	['bvec_set_page', [0, 1]],
	['bvec_set_folio', [0, 1]],
	['bio_add_page', [0, 1]],
	['bio_add_pc_page', [1, 2]],
	['__bio_add_page', [0, 1]],
	['bio_add_folio', [0, 1]],
	['bio_add_folio_nofail', [0, 1]],
	['WRITE_ONCE', [0, 1]],
	['smp_store_release', [0, 1]],
	['xchg', [0, 1]],
	['cmpxchg', [0, 2]],
	['try_cmpxchg', [0, 2]],
	['memcpy', [0, 1]],
	['memmove', [0, 1]],
]);

/**
 * Function -> the fields of its first argument that get a list of pages, each with the position of that list.
 * Source: include/crypto/{skcipher,aead,akcipher,hash,acompress}.h.
 */
export const FIELD_STORES: ReadonlyMap<string, Readonly<Record<string, number>>> = new Map([
	['skcipher_request_set_crypt', { src: 1, dst: 2 }],
	['aead_request_set_crypt', { src: 1, dst: 2 }],
	['akcipher_request_set_crypt', { src: 1, dst: 2 }],
	['acomp_request_set_params', { src: 1, dst: 2 }],
	['ahash_request_set_crypt', { src: 1 }],
]);

/** Function -> list that gets kernel memory by its address. Source: include/linux/{scatterlist,bvec,bio}.h. */
export const MEMORY_STORES: ReadonlyMap<string, number> = new Map([
	['sg_set_buf', 0],
	['sg_init_one', 0],
	['bvec_set_virt', 0],
	['bio_add_virt_nofail', 0],
]);

/** Loop macro -> [argument that is the loop variable, argument that is walked]. */
export const WALKS: ReadonlyMap<string, readonly [variable: number, over: number]> = new Map([
	['for_each_sg', [1, 0]],
	['for_each_sgtable_sg', [1, 0]],
	['for_each_sgtable_dma_sg', [1, 0]],
	['for_each_sg_page', [1, 0]],
	['for_each_sgtable_page', [1, 0]],
	['bio_for_each_segment', [0, 1]],
	['bio_for_each_segment_all', [0, 1]],
	['bio_for_each_bvec', [0, 1]],
	['bio_for_each_bvec_all', [0, 1]],
	['bio_for_each_folio_all', [0, 1]],
	['for_each_bvec', [0, 1]],
]);

/** They return the next entry of the list they are given, or its last. Source: include/linux/scatterlist.h. */
export const CURSORS: ReadonlySet<string> = new Set(['sg_next', 'sg_last']);

/**
 * They read a page, or an object with pages, out of the list or table given as the first argument; some take it out as well.
 * Source: include/linux/{scatterlist,bvec,bio,list,xarray,idr,radix-tree}.h.
 */
export const LIST_READERS: ReadonlySet<string> = new Set([
	'sg_page',
	'sg_page_iter_page',
	'bvec_iter_page',
	'bio_first_page_all',
	'bio_first_folio_all',
	'list_first_entry',
	'list_first_entry_or_null',
	'list_last_entry',
	'list_next_entry',
	'list_prev_entry',
	'xa_load',
	'xa_erase',
	'__xa_erase',
	'xa_find',
	'xa_find_after',
	'idr_find',
	'idr_remove',
	'radix_tree_lookup',
	'radix_tree_delete',
]);

/** Loop macro -> argument that is the number of entries. Source: include/linux/scatterlist.h. */
export const WALK_COUNTS: ReadonlyMap<string, number> = new Map([
	['for_each_sg', 2],
	['for_each_sg_page', 2],
]);

/** Loop macro -> [argument that is an entry itself, argument that is walked]. Source: include/linux/{list,xarray,idr}.h. */
export const ENTRY_WALKS: ReadonlyMap<string, readonly [entry: number, over: number]> = new Map([
	['list_for_each_entry', [0, 1]],
	['list_for_each_entry_reverse', [0, 1]],
	['list_for_each_entry_safe', [0, 2]],
	['list_for_each_entry_safe_reverse', [0, 2]],
	['xa_for_each', [2, 0]],
	['xa_for_each_range', [2, 0]],
	['xa_for_each_start', [2, 0]],
	['idr_for_each_entry', [1, 0]],
]);

/**
 * They free the entries of a list or table, given as the first argument, not the pages. Source: include/linux/{scatterlist,xarray,idr}.h.
 */
export const LIST_FREES: ReadonlySet<string> = new Set([
	'sg_free_table',
	'__sg_free_table',
	'sg_free_append_table',
	'xa_destroy',
	'idr_destroy',
]);

/** Their first argument is a table that grows: the pages are in its member `sgt`. Source: include/linux/scatterlist.h. */
export const APPEND_TABLES: ReadonlySet<string> = new Set(['sg_alloc_append_table_from_pages', 'sg_free_append_table']);

/** Objects that carry pages for somebody else. */
export const CARRIERS: ReadonlySet<string> = new Set([
	'struct scatterlist',
	'struct sg_table',
	'struct sg_append_table',
	'struct sg_page_iter',
	'struct bio_vec',
	'struct bio',
	'struct folio_iter',
	'struct bvec_iter_all',
]);

/** Fields of carriers that lead to the page, or to the list that has it. */
export const CARRIER_FIELDS: ReadonlySet<string> = new Set(['bv_page', 'sgl', 'bi_io_vec', 'page_link']);
/** The same, where the object is known to be a carrier or a folio. */
export const FOLIO_FIELDS: ReadonlySet<string> = new Set(['page', 'folio']);

/** Values that stand for no page, or for one that nobody needs to release or dirty. */
export const NO_PAGE: ReadonlySet<string> = new Set(['ERR_PTR', 'ERR_CAST', 'ZERO_PAGE', 'NULL']);

/** They return fresh pages, not memory for an array of them. Source: include/linux/{gfp,pagemap,skbuff}.h. */
export const PAGE_ALLOCATORS: RegExp =
	/(?:^|_)(?:alloc_(?:huge_|gigantic_)?(?:page|folio)s?|folio_alloc|page_cache_alloc)(?:_|$)/;

/** They find pages of the page cache or of a mapping, and take a reference. Source: include/linux/{pagemap,shmem_fs}.h. */
export const PAGE_FINDERS: RegExp =
	/^(?:find_(?:get|lock|or_create|data)_pages?\w*|grab_cache_page\w*|pagecache_get_page|(?:__)?filemap_(?:get|lock|grab)_folios?\w*|read_(?:cache|mapping)_(?:page|folio)\w*|shmem_(?:read_mapping_(?:page|folio)\w*|get_folio\w*))$/;

/** They find the page behind an address or an entry of a table, and take no reference. Source: include/linux/{mm,vmalloc,highmem}.h. */
export const PAGE_LOOKUPS: RegExp = /^(?:vmalloc_to_page|kmap_to_page|vm_normal_(?:page|folio)\w*|follow_page\w*)$/;

/** Functions of other files that look at an array of pages; others with a verb of FILLERS may put their own into it. */
export const ARRAY_READERS: ReadonlySet<string> = new Set([
	'vmap',
	'vm_map_ram',
	'drm_prime_pages_to_sg',
	'release_pages',
]);

/** They copy the pages of an array into a table of their own: the array itself is kept nowhere. Source: lib/scatterlist.c. */
export const ARRAY_COPIERS: ReadonlySet<string> = new Set([
	'sg_alloc_table_from_pages',
	'sg_alloc_table_from_pages_segment',
	'sg_alloc_append_table_from_pages',
	'__sg_alloc_table_from_pages',
]);

/** Verbs of functions that put pages into the array they are given. */
export const FILLERS: RegExp =
	/(?:^|_)(?:alloc|get|find|fill|lookup|grab|read|gather|collect|take|pin|populate)(?:_|$)|vmalloc_to/;
