/** Functions that give another view of pages: the page, its kernel address, its physical address, a list that holds it. */

import { perName } from '../per-name.js';
import { byName, names, type Source } from './table.js';

/** Position of the argument that the result is a view of. */
type From = number;

const pages: Source<From> = {
	source: 'include/linux/{mm,page-flags,scatterlist,highmem}.h, read in 6.1.192 and 6.12.117',
	calls: {
		'page_folio compound_head folio_page nth_page folio_file_page pfn_folio pfn_to_page phys_to_page': 0,
		'virt_to_page virt_to_head_page virt_to_folio kmap_to_page vmalloc_to_page': 0,
		'sg_page sg_page_iter_page bvec_page bio_page': 0,
	},
};

/** Result is a kernel address of the data. */
const contents: Source<From> = {
	source: 'include/linux/{highmem,mm}.h, read in 6.1.192 and 6.12.117',
	calls: { 'page_address lowmem_page_address page_to_virt folio_address phys_to_virt __va pfn_to_virt sg_virt': 0 },
};

/** The same, mapped for longer than a copy: until it is unmapped. */
const mappings: Source<From> = {
	source: 'include/linux/{highmem,vmalloc}.h, read in 6.1.192 and 6.12.117',
	calls: { 'kmap vmap vm_map_ram kmap_high': 0 },
};

/** The same, but only for this thread, in pairs: it cannot be kept. */
const windows: Source<From> = {
	source: 'include/linux/{highmem,bvec}.h, read in 6.1.192 and 6.12.117',
	calls: { 'kmap_local_page kmap_atomic kmap_local_folio kmap_local_page_prot kmap_atomic_prot bvec_kmap_local': 0 },
};

const addresses: Source<From> = {
	source:
		'include/linux/{mm,io}.h, arch/*/include/asm/page.h, include/xen/page.h, include/asm-generic/mshyperv.h, read in 6.12.117',
	calls: {
		'page_to_phys page_to_pfn folio_pfn folio_to_phys virt_to_phys virt_to_pfn slow_virt_to_phys __pa __phys_addr': 0,
		'__sme_page_pa __sme_pa __psp_pa page_to_xen_pfn xen_page_to_gfn pfn_to_gfn pfn_to_mfn virt_to_gfn virt_to_mfn': 0,
		'page_to_bus virt_to_bus virt_to_hvpfn page_to_hvpfn sg_phys': 0,
		phys_to_dma: 1,
		virt_to_dma: 1,
	},
};

/** Result is what the argument is, in another type or shape. */
const same: Source<From> = {
	source: 'include/linux/{align,minmax,kernel,byteorder/generic,pfn}.h, read in 6.12.117',
	calls: {
		'PTR_ALIGN ALIGN ALIGN_DOWN round_down round_up PFN_PHYS PFN_DOWN PFN_UP PHYS_PFN XEN_PFN_PHYS untagged_addr': 0,
		'lower_32_bits upper_32_bits READ_ONCE rcu_dereference lo_hi dma_lower_32_bits kasan_reset_tag': 0,
		'cpu_to_le64 cpu_to_be64 cpu_to_le32 cpu_to_be32 le64_to_cpu be64_to_cpu htonl ERR_CAST': 0,
	},
};

const BY_RESULT = {
	page: byName([pages]),
	contents: byName([contents]),
	mapping: byName([mappings]),
	window: byName([windows]),
	address: byName([addresses]),
	same: byName([same]),
} as const;

export type View = keyof typeof BY_RESULT;

/** What the result of a call is a view of; undefined when it is none. */
export const viewOf = perName((name): { readonly view: View; readonly from: number } | undefined => {
	for (const [view, table] of Object.entries(BY_RESULT)) {
		const from = table.get(name);
		if (from !== undefined) return { view: view as View, from };
	}
	return undefined;
});

export interface ListCall {
	/** Position of what is put in. */
	readonly from: number;
	/** Position of the list it is put into; undefined when the list is the result. */
	readonly into?: number;
	/** It may fail, with an errno or an ERR_PTR, and puts nothing anywhere then. */
	readonly fallible?: true;
}

const lists: Source<ListCall> = {
	source: 'include/linux/{scatterlist,bvec,uio}.h, include/drm/drm_prime.h, read in 6.1.192 and 6.12.117',
	calls: {
		'sg_set_page sg_set_folio sg_assign_page sg_set_buf sg_init_one': { into: 0, from: 1 },
		'sg_alloc_table_from_pages sg_alloc_table_from_pages_segment sg_alloc_append_table_from_pages': {
			into: 0,
			from: 1,
			fallible: true,
		},
		__sg_alloc_table_from_pages: { into: 0, from: 1, fallible: true },
		'bvec_set_page bvec_set_folio bvec_set_virt': { into: 0, from: 1 },
		'iov_iter_bvec iov_iter_kvec': { into: 0, from: 2 },
		iov_iter_xarray: { into: 0, from: 2 },
		drm_prime_pages_to_sg: { from: 1, fallible: true },
	},
};

const LISTS = byName([lists]);

/** A function that puts pages into a scatterlist, a bvec or an iterator; undefined for any other. */
export function listCall(name: string): ListCall | undefined {
	return LISTS.get(name);
}

const UNMAPS = names(`
	kunmap kunmap_local kunmap_atomic kunmap_and_put_page vunmap vm_unmap_ram
`);

/** Ends a mapping; the first argument is the address (for kunmap, the page). Source: include/linux/{highmem,vmalloc}.h. */
export function unmaps(name: string): boolean {
	return UNMAPS.has(name);
}

const FREES = names(`
	kfree kvfree vfree kfree_sensitive kvfree_sensitive devm_kfree kfree_rcu kvfree_rcu kfree_rcu_mightsleep
	sg_free_table sg_free_append_table free_page free_pages
`);

/** Frees the array or table, never the pages in it. Source: include/linux/{slab,mm,scatterlist}.h. */
export function freesHolder(name: string): boolean {
	return FREES.has(name);
}

const PAGE_ONLY = names(`
	page_to_nid page_zone page_zonenum page_pgdat page_mapping page_file_mapping page_index page_count page_ref_count
	page_mapcount page_mapped page_size page_shift page_private page_has_private page_is_file_lru page_mte_tagged
	compound_order compound_nr folio_nid folio_zone folio_mapping folio_inode folio_ref_count folio_mapcount folio_mapped
	folio_size folio_shift folio_order folio_nr_pages folio_index folio_pos folio_flags thp_nr_pages thp_size thp_order
	is_zero_page is_huge_zero_page is_zone_device_page is_device_private_page is_pci_p2pdma_page
	folio_is_zone_device is_highmem pages_identical
`);

/** Looks at the struct page alone. Source: include/linux/{mm,page-flags,page_ref,pagemap}.h. */
export const looksAtPage = perName(
	(name): boolean => PAGE_ONLY.has(name) || /^(?:Page[A-Z]\w*|folio_test_\w+)$/.test(name),
);
