/** What makes an iterator and what tells its kind. Source: include/linux/uio.h, lib/iov_iter.c, 6.1.192 and 6.12.117. */

/** Function -> position of the iterator it makes over user memory; -1 is the last argument. */
export const USER_MAKERS: ReadonlyMap<string, number> = new Map([
	['iov_iter_ubuf', 0],
	['iov_iter_init', 0],
	['import_ubuf', -1],
	['import_iovec', -1],
	['__import_iovec', -1],
	['import_single_range', -1],
]);

/** Function -> position of the iterator it makes over kernel memory or over nothing. */
export const KERNEL_MAKERS: ReadonlyMap<string, number> = new Map([
	['iov_iter_bvec', 0],
	['iov_iter_kvec', 0],
	['iov_iter_xarray', 0],
	['iov_iter_folio_queue', 0],
	['iov_iter_pipe', 0],
	['iov_iter_discard', 0],
]);

/** Functions that fill an iterator with something this file does not show -> position of the iterator. */
export const OTHER_MAKERS: ReadonlyMap<string, number> = new Map([
	['memset', 0],
	['memcpy', 0],
	['memmove', 0],
	['copy_from_user', 0],
	['dup_iter', 0],
]);

/** Field of struct msghdr: sendmsg() and recvmsg() let it run over user memory. Source: net/socket.c, include/linux/socket.h. */
export const MESSAGE_ITERATOR = 'msg_iter';

/** Questions that only an iterator over user memory answers with true. */
export const USER_TESTS: ReadonlySet<string> = new Set([
	'iov_iter_extract_will_pin',
	'user_backed_iter',
	'iter_is_iovec',
	'iter_is_ubuf',
]);

/** Questions that only an iterator over kernel memory answers with true. */
export const KERNEL_TESTS: ReadonlySet<string> = new Set([
	'iov_iter_is_kvec',
	'iov_iter_is_bvec',
	'iov_iter_is_xarray',
	'iov_iter_is_folioq',
	'iov_iter_is_pipe',
	'iov_iter_is_discard',
]);

/** Kernel memory by its virtual address: iov_iter_get_pages2() refuses it with -EFAULT, iov_iter_extract_pages() lists its pages. Source: lib/iov_iter.c. */
export const KVEC_TEST = 'iov_iter_is_kvec';

/** Function and field that name the kind itself. */
export const KIND_FUNCTION = 'iov_iter_type';
export const KIND_FIELDS: ReadonlySet<string> = new Set(['iter_type', 'user_backed']);

/** Functions that move an iterator on, take from it or ask it something, and leave it what it is. Source: include/linux/{uio,skbuff,highmem}.h. */
export const KEEPS_ITERATORS =
	/^(?:iov_iter_(?:advance|revert|truncate|reexpand|count|npages(?:_cap)?|alignment|gap_alignment|single_seg_count|is_\w+|rw|type|zero|get_pages\w*|extract_\w+|aligned_bvec)|iter_is_\w+|iter_iov\w*|user_backed_iter|_?copy_(?:to|from)_iter\w*|copy_page_(?:to|from)_iter\w*|fault_in_iov_iter_\w+|csum_and_copy_\w+_iter\w*|hash_and_copy_to_iter|extract_iter_to_sg|netfs_extract_\w+|bio_iov_iter_(?:get_pages|bounce)|zerocopy_sg_from_iter|skb_copy_datagram_\w*iter\w*)$/;

/**
 * They take pages and advance the iterator over them, by the position of the iterator. Source: lib/iov_iter.c
 * (`iov_iter_advance()` and `i->count -= maxsize` in __iov_iter_get_pages_alloc() since 6.0, in iov_iter_extract_pages()),
 * lib/scatterlist.c, block/bio.c, fs/netfs/iterator.c. iov_iter_get_pages() before 6.0 does not.
 */
export const ADVANCING_TAKERS: ReadonlyMap<string, number> = new Map([
	['iov_iter_get_pages2', 0],
	['iov_iter_get_pages_alloc2', 0],
	['iov_iter_extract_pages', 0],
	['iov_iter_extract_bvecs', 0],
	['extract_iter_to_sg', 0],
	['netfs_extract_user_iter', 0],
	['bio_iov_iter_get_pages', 1],
]);

/** What in their first argument tells how far they have advanced it, where that is not what they return. */
export const AS_ADVANCED: ReadonlyMap<string, string> = new Map([['bio_iov_iter_get_pages', 'bi_iter.bi_size']]);

/** They leave the position of an iterator alone. iov_iter_revert() and iov_iter_restore() do not. Source: include/linux/uio.h. */
export const KEEPS_POSITION =
	/^(?:iov_iter_(?:count|npages(?:_cap)?|alignment|gap_alignment|single_seg_count|is_\w+|rw|type|extract_will_pin|save_state|aligned_bvec)|iter_is_\w+|iter_iov(?:_addr|_len)?|user_backed_iter|fault_in_iov_iter_\w+)$/;
