/** iov_iter_get_pages*: plain references out of an iterator. Behaviour from lib/iov_iter.c of the versions read. */
import { signatures, UIO_H } from '../signatures.js';
import type { ApiRecord } from '../types.js';

const BYTES =
	'Bytes obtained, possibly fewer than requested; -errno on failure. Pages = DIV_ROUND_UP(*start + bytes, PAGE_SIZE).';
const LOCKING = 'User-backed iterators go through get_user_pages_fast: call without mmap_lock; may sleep.';
const RELEASE = ['put_page', 'folio_put', 'release_pages'];

export const iovIter: readonly ApiRecord[] = [
	{
		name: 'iov_iter_get_pages2',
		group: 'iov-iter',
		takes: 'reference',
		fast: false,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: RELEASE,
		successor: 'iov_iter_extract_pages',
		summary:
			'Takes plain references on the pages of an iterator and advances it. For I/O use iov_iter_extract_pages (6.3), which pins.',
		returns: `${BYTES} KVEC iterators: -EFAULT.`,
		locking: LOCKING,
		cases: [1],
		notes: [
			{ until: '6.3', text: 'This kernel has no replacement: iov_iter_extract_pages was added in 6.3.' },
			{ since: '6.3', text: 'Deprecated: FOLL_GET does not keep the data stable under writeback or fork().' },
			{ since: '7.2', text: 'Takes no reference on slab pages of a bvec: do not put them.' },
		],
		signatures: signatures(UIO_H, [
			'6.0',
			'',
			'ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start)',
			'eba2d3d79829',
		]),
	},
	{
		name: 'iov_iter_get_pages_alloc2',
		group: 'iov-iter',
		takes: 'reference',
		fast: false,
		sleeps: 'always',
		meaning: 'bytes',
		releasedBy: RELEASE,
		successor: 'iov_iter_extract_pages',
		summary: 'iov_iter_get_pages2 that allocates the page array: release the pages, then kvfree the array.',
		returns: `${BYTES} The array is freed and *pages set to NULL when the result is 0 or negative.`,
		locking: LOCKING,
		cases: [1],
		notes: [
			{ until: '6.3', text: 'This kernel has no replacement: iov_iter_extract_pages was added in 6.3.' },
			{ since: '6.3', text: 'Deprecated: FOLL_GET does not keep the data stable under writeback or fork().' },
			{ since: '7.2', text: 'Takes no reference on slab pages of a bvec: do not put them.' },
		],
		signatures: signatures(UIO_H, [
			'6.0',
			'',
			'ssize_t iov_iter_get_pages_alloc2(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start)',
			'eba2d3d79829',
		]),
	},
	{
		name: 'iov_iter_get_pages',
		group: 'iov-iter',
		takes: 'reference',
		fast: false,
		sleeps: 'user-backed',
		meaning: 'bytes',
		releasedBy: RELEASE,
		successor: 'iov_iter_extract_pages',
		// Not a rename: the old function does not advance the iterator.
		summary: 'Takes plain references on the pages of an iterator without advancing it.',
		instead: 'Use iov_iter_extract_pages from 6.3, else iov_iter_get_pages2; both advance the iterator.',
		returns: BYTES,
		locking: LOCKING,
		cases: [1],
		notes: [
			{
				since: '6.2',
				until: '6.5',
				text: 'Added again with one more argument, advances the iterator, finally removed in 6.5.',
			},
		],
		signatures: signatures(
			UIO_H,
			[
				'4.19',
				'6.0',
				'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start)',
			],
			[
				'6.2',
				'6.3',
				'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start, unsigned gup_flags)',
			],
			[
				'6.3',
				'6.5',
				'ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned maxpages, size_t *start, iov_iter_extraction_t extraction_flags)',
				'f62e52d1276b; removed by 84bd06c632c6',
			],
		),
	},
	{
		name: 'iov_iter_get_pages_alloc',
		group: 'iov-iter',
		takes: 'reference',
		fast: false,
		sleeps: 'always',
		meaning: 'bytes',
		releasedBy: RELEASE,
		successor: 'iov_iter_extract_pages',
		summary: 'iov_iter_get_pages that allocates the page array.',
		instead:
			'Use iov_iter_extract_pages with *pages NULL from 6.3, else iov_iter_get_pages_alloc2; both advance the iterator.',
		returns: BYTES,
		locking: LOCKING,
		cases: [1],
		notes: [
			{
				since: '6.2',
				until: '6.5',
				text: 'Added again with one more argument, advances the iterator, finally removed in 6.5.',
			},
		],
		signatures: signatures(
			UIO_H,
			[
				'4.19',
				'6.0',
				'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start)',
			],
			[
				'6.2',
				'6.3',
				'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start, unsigned gup_flags)',
			],
			[
				'6.3',
				'6.5',
				'ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start, iov_iter_extraction_t extraction_flags)',
				'f62e52d1276b; removed by 84bd06c632c6',
			],
		),
	},
];
