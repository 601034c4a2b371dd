/** How pages are given back one by one, by address or with what carries them. Read in 6.1.192 and 6.12.117. */

/** Give plain references back, with the position of the pages. Source: include/linux/{mm,gfp,pagemap}.h. */
export const RELEASES: ReadonlyMap<string, number> = new Map([
	['put_page', 0],
	['folio_put', 0],
	['folio_put_refs', 0],
	['release_pages', 0],
	['__free_page', 0],
	['__free_pages', 0],
	['free_unref_page', 0],
	['kvm_release_page_clean', 0],
	['kvm_release_page_dirty', 0],
	['put_page_testzero', 0],
	['put_and_unmap_page', 1],
	['folios_put', 0],
	['put_pages_list', 0],
]);

/** Give pages back to the page allocator. Source: include/linux/gfp.h. */
export const FREES_PAGES = /^(?:__free_pages?|free_unref_page)$/;

/** Give memory back to the page allocator, by its address. Source: include/linux/{gfp,skbuff}.h. */
export const FREES_ADDRESS = ['free_page', 'free_pages', 'free_pages_exact', 'page_frag_free', 'skb_free_frag'];

/** Give back what an object carries, each page of it. Source: include/linux/{bio,skbuff,pagevec}.h, drm/drm_gem.h. */
export const RELEASE_OBJECTS = [
	'bio_release_pages',
	'__bio_release_pages',
	'bio_release_page',
	'bio_free_pages',
	'bio_check_pages_dirty',
	'blk_rq_unmap_user',
	'skb_frag_unref',
	'__skb_frag_unref',
	'pagevec_release',
	'folio_batch_release',
	'drm_gem_put_pages',
];

/** They look at the number of references, which a pin raises by more than one. Source: include/linux/{mm,page_ref}.h. */
export const COUNTS = [
	'page_count',
	'page_ref_count',
	'folio_ref_count',
	'folio_maybe_dma_pinned',
	'page_maybe_dma_pinned',
	'page_ref_freeze',
	'folio_ref_freeze',
];

/** They turn an address into the page it is in. */
export const BY_ADDRESS =
	/^(?:virt_to_(?:head_)?page|pfn_to_page|phys_to_page|kmap_to_page|vmalloc_to_page|virt_to_folio|pfn_folio)$/;

/** They make an object of the memory at an address, whose end puts the page it is in. Source: include/linux/skbuff.h, include/net/xdp.h. */
export const ADOPTS_ADDRESS = /^(?:(?:__|napi_|slab_)?build_skb(?:_around)?|xdp_prepare_buff)$/;

/** Names of functions that may release the pages of what they are given. */
export const SOUNDS_LIKE_RELEASE =
	/(?:^|_)(?:put|free|release|drop|unref|unpin)(?:_(?:user|pages?|all|sgl?|sgt|list|b?vecs?|buf(?:fer)?s?|va|pfns?|addr|mem|array|table))*$/;

/** They put the page of a frame number. Source: include/linux/kvm_host.h. */
export const RELEASES_NUMBER = /^kvm_release_pfn_(?:clean|dirty)$/;
