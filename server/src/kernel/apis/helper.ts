/** Neighbours of the family: they take pages through it, or look like it. */
import { BIO_H, MM_H, SKBUFF_H, signatures } from '../signatures.js';
import type { ApiRecord } from '../types.js';

export const helper: readonly ApiRecord[] = [
	{
		name: 'get_kernel_pages',
		group: 'helper',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: ['put_page'],
		summary:
			'Takes plain references on pages of kernel addresses, not user ones. Gone since 6.3: virt_to_page and get_page.',
		returns: 'Pages obtained, possibly fewer than asked for.',
		locking: 'Needs no lock.',
		cases: [],
		signatures: signatures(MM_H, [
			'4.19',
			'6.3',
			'int get_kernel_pages(const struct kvec *iov, int nr_pages, int write, struct page **pages)',
		]),
	},
	{
		name: 'get_dump_page',
		group: 'helper',
		takes: 'reference',
		fast: false,
		meaning: 'page-or-null',
		releasedBy: ['put_page'],
		summary: 'Takes one plain reference on a page of `current`, for a core dump.',
		returns: 'The page, or NULL for a hole or a failure.',
		locking: 'Takes mmap_lock itself: call without it.',
		cases: [4],
		notes: [
			{
				since: '6.15',
				text: 'With *locked set to 1 the caller holds mmap_lock; the call may drop it and set *locked to 0.',
			},
		],
		signatures: signatures(
			MM_H,
			['4.19', '6.15', 'struct page *get_dump_page(unsigned long addr)'],
			['6.15', '', 'struct page *get_dump_page(unsigned long addr, int *locked)'],
		),
	},
	{
		name: 'bio_iov_iter_get_pages',
		group: 'helper',
		takes: 'extracted',
		fast: false,
		meaning: 'errno',
		releasedBy: ['bio_release_pages'],
		summary: 'Fills a bio with the pages of an iterator.',
		returns: '0 or -errno.',
		locking: 'Call without mmap_lock; may sleep.',
		cases: [1],
		notes: [
			{ until: '6.5', text: 'Takes plain references, none for ITER_BVEC (BIO_NO_PAGE_REF).' },
			{ since: '6.5', text: 'Pins user-backed pages (BIO_PAGE_PINNED), takes nothing otherwise.' },
		],
		everyday: true,
		signatures: signatures(
			BIO_H,
			['4.19', '6.18', 'int bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter)'],
			['6.18', '', 'int bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter, unsigned len_align_mask)'],
		),
	},
	{
		name: 'skb_splice_from_iter',
		group: 'helper',
		takes: 'none',
		fast: false,
		meaning: 'bytes',
		releasedBy: [],
		summary: 'Puts the pages of a kernel-backed iterator into an skb, which takes its own references.',
		returns: 'Bytes spliced, or -errno.',
		locking: 'Process context.',
		cases: [],
		everyday: true,
		signatures: signatures(
			SKBUFF_H,
			[
				'6.5',
				'6.17',
				'ssize_t skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, ssize_t maxsize, gfp_t gfp)',
			],
			['6.17', '', 'ssize_t skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, ssize_t maxsize)'],
		),
	},
	{
		name: 'zerocopy_sg_from_iter',
		group: 'helper',
		takes: 'reference',
		fast: false,
		meaning: 'errno',
		releasedBy: [],
		summary: 'Puts user pages into an skb by plain references; the skb owns them and puts them when it is freed.',
		returns: '0 or -errno.',
		locking: 'Call without mmap_lock; may sleep.',
		cases: [1],
		everyday: true,
		signatures: signatures(SKBUFF_H, [
			'4.19',
			'',
			'int zerocopy_sg_from_iter(struct sk_buff *skb, struct iov_iter *frm)',
		]),
	},
];
