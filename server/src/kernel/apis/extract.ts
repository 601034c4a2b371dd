/** iov_iter_extract_*: pins for user-backed iterators, nothing for kernel-backed ones. From lib/iov_iter.c. */
import { NETFS_H, signatures, UIO_H } from '../signatures.js';
import type { ApiRecord } from '../types.js';

const UNPIN = ['unpin_user_page', 'unpin_user_pages', 'unpin_user_pages_dirty_lock', 'unpin_user_folio'];
const LOCKING = 'User-backed iterators go through pin_user_pages_fast: call without mmap_lock; may sleep.';

export const extract: readonly ApiRecord[] = [
	{
		name: 'iov_iter_extract_pages',
		group: 'extract',
		takes: 'extracted',
		fast: false,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: UNPIN,
		summary:
			'Extracts the pages of an iterator and advances it: pins them if it is user-backed, takes no references otherwise.',
		returns:
			'Bytes extracted, possibly fewer than requested; -errno on failure. Pages = DIV_ROUND_UP(*offset0 + bytes, PAGE_SIZE). With *pages NULL it allocates the array; kvfree() it, also after a failure.',
		locking: LOCKING,
		cases: [1, 2, 5],
		notes: [
			{
				since: '6.3',
				text: 'Call iov_iter_extract_will_pin() at extraction, before the iterator is replaced.',
			},
			{ since: '6.3', text: 'The only extraction flag is ITER_ALLOW_P2PDMA; FOLL_LONGTERM is not supported.' },
		],
		signatures: signatures(UIO_H, [
			'6.3',
			'',
			'ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages, iov_iter_extraction_t extraction_flags, size_t *offset0)',
			'7d58fe731028',
		]),
	},
	{
		name: 'iov_iter_extract_will_pin',
		group: 'extract',
		takes: 'none',
		fast: false,
		meaning: 'bool',
		releasedBy: [],
		summary: 'Returns whether pages extracted from this iterator are pinned and must be unpinned.',
		returns: 'true for UBUF and IOVEC iterators, false for kernel-backed ones.',
		locking: 'Needs no lock.',
		cases: [1, 2, 5],
		signatures: signatures(UIO_H, [
			'6.3',
			'',
			'bool iov_iter_extract_will_pin(const struct iov_iter *iter)',
			'7d58fe731028',
		]),
	},
	{
		name: 'iov_iter_extract_bvecs',
		group: 'extract',
		takes: 'extracted',
		fast: false,
		fillsObject: 1,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: ['unpin_user_folio', 'unpin_user_page'],
		summary: 'iov_iter_extract_pages into bio_vecs, one for each contiguous part of a folio.',
		returns: 'Bytes extracted, possibly 0 when *nr_vecs was not 0 on entry; -errno on failure.',
		locking: LOCKING,
		cases: [1],
		notes: [
			{
				since: '7.2',
				text: 'Memory that is not aligned to `mem_align_mask` fails with -EINVAL; bvecs filled before keep their pins, which the caller releases.',
			},
		],
		signatures: signatures(
			UIO_H,
			[
				'7.1',
				'7.2',
				'ssize_t iov_iter_extract_bvecs(struct iov_iter *iter, struct bio_vec *bv, size_t max_size, unsigned short *nr_vecs, unsigned short max_vecs, iov_iter_extraction_t extraction_flags)',
			],
			[
				'7.2',
				'',
				'ssize_t iov_iter_extract_bvecs(struct iov_iter *iter, struct bio_vec *bv, size_t max_size, unsigned short *nr_vecs, unsigned short max_vecs, unsigned mem_align_mask, iov_iter_extraction_t extraction_flags)',
			],
		),
	},
	{
		name: 'extract_iter_to_sg',
		group: 'extract',
		takes: 'extracted',
		fast: false,
		fillsObject: 2,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: UNPIN,
		summary:
			'Extracts an iterator into a scatterlist: pins if it is user-backed, takes no references otherwise. Sets no end mark.',
		returns: 'Bytes extracted, or -errno. The pages are sg_page() of the entries.',
		locking: LOCKING,
		cases: [1],
		signatures: signatures(UIO_H, [
			'6.5',
			'',
			'ssize_t extract_iter_to_sg(struct iov_iter *iter, size_t len, struct sg_table *sgtable, unsigned int sg_max, iov_iter_extraction_t extraction_flags)',
			'f5f82cd18732',
		]),
	},
	{
		name: 'netfs_extract_iter_to_sg',
		group: 'extract',
		takes: 'extracted',
		fast: false,
		fillsObject: 2,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: UNPIN,
		successor: 'extract_iter_to_sg',
		renamedTo: { name: 'extract_iter_to_sg', since: '6.5' },
		summary: 'The first name of extract_iter_to_sg.',
		returns: 'Bytes extracted, or -errno.',
		locking: LOCKING,
		cases: [1],
		signatures: signatures(NETFS_H, [
			'6.3',
			'6.5',
			'ssize_t netfs_extract_iter_to_sg(struct iov_iter *iter, size_t len, struct sg_table *sgtable, unsigned int sg_max, iov_iter_extraction_t extraction_flags)',
			'018584697533',
		]),
	},
	{
		name: 'netfs_extract_user_iter',
		group: 'extract',
		takes: 'extracted',
		fast: false,
		fillsObject: 2,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		summary: 'Extracts a user-backed iterator into a new bvec iterator, whose bvecs hold the pins.',
		returns: 'Bvecs filled, or -errno. Unpin them if iov_iter_extract_will_pin(orig) returned true.',
		locking: LOCKING,
		cases: [1],
		signatures: signatures(NETFS_H, [
			'6.3',
			'',
			'ssize_t netfs_extract_user_iter(struct iov_iter *orig, size_t orig_len, struct iov_iter *new, iov_iter_extraction_t extraction_flags)',
			'85dd2c8ff368',
		]),
	},
];
