/**
 * The words that name the family. A file that contains none of them has nothing to say and is never parsed.
 * Kept apart from the records, so that a client can ask without loading them.
 */
export const words: readonly string[] = [
	'FOLL_',
	'get_user_page',
	'pin_user_page',
	'put_user_page',
	'pin_folio',
	'pin_user_folio',
	'folio_add_pin',
	'iov_iter_get_pages',
	'iov_iter_extract_',
	'extract_iter_to_sg',
	'netfs_extract_user_iter',
	'follow_page',
	'folio_walk_',
	'get_kernel_pages',
	'get_dump_page',
	'skb_splice_from_iter',
	'bio_iov_iter_bounce',
	'ib_umem_get',
	'vfio_pin_pages',
];
