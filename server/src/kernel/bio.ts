/**
 * What functions of the block layer do with a bio and the pages in it. Sources, read in 6.1.192, 6.12.117 and 7.3.4:
 * block/bio.c, block/blk-core.c, include/linux/{bio,blk_types}.h.
 */

/** Release the pages that bio_iov_iter_get_pages() or bio_iov_iter_bounce() put into the bio in their first argument. */
export const BIO_PAGE_RELEASES: ReadonlySet<string> = new Set([
	'bio_release_pages',
	'__bio_release_pages',
	'bio_check_pages_dirty',
	'bio_iov_iter_unbounce',
]);

/** Give the bio itself back, and leave the pages in it as they are: bio_free() and bio_uninit() do not look at them. */
export const BIO_FREES: ReadonlySet<string> = new Set(['bio_put', 'bio_uninit', 'bio_reset']);

/** Return a bio that nobody else knows yet. */
export const BIO_ALLOCATORS = /^bio_(?:alloc|alloc_bioset|kmalloc|kmalloc_bioset|alloc_kiocb)$/;

/** Look at a bio, or change it, and do not end it: submit_bio_wait() returns once its I/O is over. */
export const BIO_READERS =
	/^(?:bio_(?:set_flag|clear_flag|flagged|set_op_attrs|set_dev|set_polled|set_pages_dirty|set_prio|op|sectors|has_data|data_dir|end_sector|full|segments|max_segs|multiple_segments|offset|page|cur_bytes|data|init|add_page|add_folio|init_inline|iov_vecs_to_alloc|iov_iter_revert|no_advance_iter|mergeable|clone_blkg_association|associate_blkg|first_(?:bvec|page|folio)_all|last_bvec_all)|op_(?:is_\w+|set_\w+)|submit_bio_wait|task_io_account_\w+|fscrypt_set_bio_crypt_ctx|bio_crypt_set_ctx|blk_(?:start_plug|finish_plug))$/;

/** Fields of struct bio_vec that say where in a page its data lie. Source: include/linux/bvec.h. */
export const BVEC_NUMBERS: ReadonlySet<string> = new Set(['bv_len', 'bv_offset']);
