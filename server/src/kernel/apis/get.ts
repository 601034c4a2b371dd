/** get_user_pages and its variants: plain references (FOLL_GET). Behaviour from mm/gup.c of the versions read. */
import { refusalNotes } from '../refusals.js';
import { MM_H, signatures } from '../signatures.js';
import type { ApiRecord } from '../types.js';

/** What gives a plain reference back; put_user_page* paired with get_user_pages* in 5.2 to 5.5 alone. */
const PUT = ['folio_put', 'put_page', 'release_pages', 'put_user_page', 'put_user_pages', 'put_user_pages_dirty_lock'];

const COUNT =
	'Pages obtained, possibly fewer than requested, or 0; -errno only when none was obtained. Keep it in a signed type and release exactly that many.';
const FAST_COUNT =
	'Pages obtained, possibly fewer than requested, or 0; -errno only when none was obtained. A failing slow path keeps the partial count.';
const HELD = 'Call with mmap_lock of the mm held, for reading or writing.';
/** True of every one but those that only look at what is mapped. */
const MAPPINGS = { text: 'VM_IO, VM_PFNMAP and secretmem mappings fail with -EFAULT.' } as const;
const NOT_HELD = 'Takes mmap_lock itself: call without it.';

export const get: readonly ApiRecord[] = [
	{
		name: 'get_user_pages',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages',
		summary:
			'Takes a plain reference (FOLL_GET) on each user page of `current`. Do not use if page contents are accessed.',
		returns: `${COUNT} With \`pages\` NULL it only faults the range in and takes no references.`,
		locking: HELD,
		cases: [3, 4],
		notes: [
			{ since: '5.2', until: '5.10', text: 'FOLL_LONGTERM is still accepted here.' },
			MAPPINGS,
			{ since: '6.5', text: 'No `vmas` argument since 6.5: look the VMA up, or use get_user_page_vma_remote.' },
		],
		signatures: signatures(
			MM_H,
			[
				'4.19',
				'6.5',
				'long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)',
			],
			[
				'6.5',
				'',
				'long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)',
				'54d020692b34 drops vmas',
			],
		),
	},
	{
		name: 'get_user_pages_remote',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages_remote',
		summary: 'Takes a plain reference on each user page of another mm, for ptrace-like access.',
		returns: `${COUNT} With \`pages\` NULL it only faults the range in and takes no references.`,
		locking: `${HELD} With \`locked\` the call may drop it: initialise *locked to 1, and unlock only if it is still 1.`,
		cases: [3, 4],
		notes: [
			MAPPINGS,
			...refusalNotes('get_user_pages_remote', '6.3', 'flags of mm/ or *locked other than 1'),
			{ since: '5.6', until: '5.10', text: 'FOLL_LONGTERM is accepted only with `locked` NULL.' },
		],
		signatures: signatures(
			MM_H,
			[
				'4.19',
				'5.9',
				'long get_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)',
			],
			[
				'5.9',
				'6.5',
				'long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)',
				'64019a2e467a drops tsk',
			],
			[
				'6.5',
				'',
				'long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)',
				'ca5e863233e8 drops vmas',
			],
		),
	},
	{
		name: 'get_user_pages_unlocked',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages_unlocked',
		summary:
			'Takes a plain reference on each user page of `current`, and takes mmap_lock itself. `pages` comes before the flags.',
		returns: `${COUNT} With \`pages\` NULL it only faults the range in and takes no references.`,
		locking: NOT_HELD,
		cases: [3, 4],
		notes: [MAPPINGS, { since: '5.6', until: '6.3', text: 'A stray FOLL_PIN is not caught here before 6.3.' }],
		signatures: signatures(MM_H, [
			'4.19',
			'',
			'long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)',
		]),
	},
	{
		name: 'get_user_pages_locked',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages_unlocked',
		summary: 'get_user_pages that may drop mmap_lock.',
		instead: 'Use get_user_pages_unlocked, or get_user_pages_remote with `locked`.',
		returns: COUNT,
		locking: `${HELD} Initialise *locked to 1, and unlock only if it is still 1 afterwards.`,
		cases: [3, 4],
		signatures: signatures(MM_H, [
			'4.19',
			'5.18',
			'long get_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)',
		]),
	},
	{
		name: 'get_user_pages_longterm',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages',
		summary: 'get_user_pages for pages held indefinitely.',
		instead: 'Use FOLL_LONGTERM: with get_user_pages from 5.2, with pin_user_pages from 5.6.',
		returns: COUNT,
		locking: HELD,
		cases: [2],
		signatures: signatures(MM_H, [
			'4.19',
			'5.2',
			'long get_user_pages_longterm(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)',
		]),
	},
	{
		name: 'get_user_pages_fast',
		group: 'get',
		takes: 'reference',
		fast: true,
		meaning: 'pages',
		releasedBy: PUT,
		successor: 'pin_user_pages_fast',
		summary:
			'Takes a plain reference on each user page of `current`, without mmap_lock where it can. Do not use if page contents are accessed.',
		returns: FAST_COUNT,
		locking: 'Must not be called with mmap_lock held: the slow path takes it. May sleep.',
		cases: [3, 4],
		notes: [
			MAPPINGS,
			{ until: '5.2', text: 'The third argument is `int write`, not flags.' },
			{ until: '6.3', text: '`pages` must not be NULL: the reference would be leaked, or NULL dereferenced.' },
			...refusalNotes('get_user_pages_fast', '6.3', 'flags of mm/ or `pages` NULL'),
		],
		signatures: signatures(
			MM_H,
			['4.19', '5.2', 'int get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages)'],
			[
				'5.2',
				'',
				'int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)',
				'73b0140bf0fe turns write into flags',
			],
		),
	},
	{
		name: '__get_user_pages_fast',
		group: 'get',
		takes: 'reference',
		fast: true,
		meaning: 'pages',
		neverNegative: [{ since: '4.19', until: '5.8' }],
		releasedBy: PUT,
		summary: 'The lockless half of get_user_pages_fast: never sleeps, never faults.',
		instead: 'Use get_user_pages_fast_only, with `FOLL_WRITE` or 0 instead of `write`.',
		returns: 'Pages obtained, 0 or more; never negative.',
		locking: 'Takes no lock; safe with interrupts off.',
		cases: [3, 4],
		signatures: signatures(MM_H, [
			'4.19',
			'5.8',
			'int __get_user_pages_fast(unsigned long start, int nr_pages, int write, struct page **pages)',
		]),
	},
	{
		name: 'get_user_pages_fast_only',
		group: 'get',
		takes: 'reference',
		fast: true,
		meaning: 'pages',
		neverNegative: [{ since: '5.8', until: '6.3' }],
		releasedBy: PUT,
		summary: 'Takes plain references only on pages that are mapped right now: no fault, no sleep.',
		returns: 'Pages obtained, 0 or more. From 6.3 on also -EINVAL, -EFAULT or -EOVERFLOW; before that never negative.',
		locking: 'Takes no lock and never sleeps: safe in interrupt and NMI context.',
		cases: [3, 4],
		signatures: signatures(MM_H, [
			'5.8',
			'',
			'int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)',
			'dadbb612f6e5 renames __get_user_pages_fast',
		]),
	},
	{
		name: 'get_user_page_fast_only',
		group: 'get',
		takes: 'reference',
		fast: true,
		meaning: 'bool',
		neverNegative: [{ since: '5.8' }],
		releasedBy: PUT,
		summary: 'get_user_pages_fast_only for one page.',
		returns: 'true with one reference in *pagep, else false and no reference.',
		locking: 'Takes no lock and never sleeps: safe in interrupt and NMI context.',
		cases: [3, 4],
		signatures: signatures(MM_H, [
			'5.8',
			'',
			'bool get_user_page_fast_only(unsigned long addr, unsigned int gup_flags, struct page **pagep)',
		]),
	},
	{
		name: 'get_user_page_vma_remote',
		group: 'get',
		takes: 'reference',
		fast: false,
		meaning: 'page-or-err',
		releasedBy: ['put_page', 'folio_put'],
		summary: 'Takes one plain reference on a page of another mm and returns its VMA.',
		returns: 'The page, or an ERR_PTR: test with IS_ERR. FOLL_NOWAIT is rejected.',
		locking: `${HELD} *vmap is valid only while it is held.`,
		cases: [4],
		notes: [{ since: '6.5', until: '6.7', text: 'May also return NULL: test with IS_ERR_OR_NULL.' }],
		signatures: signatures(MM_H, [
			'6.5',
			'',
			'struct page *get_user_page_vma_remote(struct mm_struct *mm, unsigned long addr, int gup_flags, struct vm_area_struct **vmap)',
			'ca5e863233e8',
		]),
	},
];
