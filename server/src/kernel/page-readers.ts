/**
 * Functions that look into a page, or tell where it is, by the position of the page or array of pages. On a page that is not
 * held they answer for whoever has it by then. Sources, read in 6.1.192 and 6.12.117: include/linux/{mm,highmem,pagemap,uio,
 * dma-mapping,scatterlist,bvec,vmalloc}.h, include/asm-generic/memory_model.h.
 */

const set = (names: string): readonly string[] => names.trim().split(/\s+/);

/** What the function reads of the page. */
export type PageAspect = 'contents' | 'mapping' | 'address' | 'frame number';

export interface PageReader {
	readonly at: number;
	readonly aspect: PageAspect;
}

const ROWS: readonly (readonly [names: string, at: number, aspect: PageAspect])[] = [
	['page_to_pfn page_to_phys page_to_bus folio_pfn', 0, 'frame number'],
	['page_address lowmem_page_address page_to_virt folio_address', 0, 'address'],
	['kmap kmap_atomic kmap_local_page kmap_local_folio vmap vm_map_ram', 0, 'contents'],
	['memcpy_to_page zero_user zero_user_segment zero_user_segments memzero_page clear_highpage', 0, 'contents'],
	['copy_page_to_iter copy_page_from_iter copy_page_from_iter_atomic copy_folio_to_iter', 0, 'contents'],
	['memcpy_from_page copy_highpage copy_user_highpage', 1, 'contents'],
	['flush_dcache_page flush_dcache_folio', 0, 'contents'],
	['page_mapping folio_mapping page_file_mapping page_index folio_index folio_pos page_offset', 0, 'mapping'],
	['set_page_dirty set_page_dirty_lock folio_mark_dirty folio_mark_dirty_lock mark_page_accessed', 0, 'mapping'],
	['dma_map_page dma_map_page_attrs ib_dma_map_page sg_set_page bvec_set_page', 1, 'contents'],
];

const READERS: ReadonlyMap<string, PageReader> = new Map(
	ROWS.flatMap(([names, at, aspect]) => set(names).map((name): [string, PageReader] => [name, { at, aspect }])),
);

/** What a function reads of a page; undefined where it reads nothing, or only which page it is. */
export function pageReader(name: string): PageReader | undefined {
	return READERS.get(name);
}
