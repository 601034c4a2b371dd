/** pin_user_pages and its variants: pins (FOLL_PIN), which only unpin_* gives back. From mm/gup.c of the versions read. */
import { refusalNotes } from '../refusals.js';
import { MM_H, signatures } from '../signatures.js';
import type { ApiRecord } from '../types.js';

const UNPIN = [
	'unpin_user_pages',
	'unpin_user_pages_dirty_lock',
	'unpin_user_page',
	'unpin_user_page_range_dirty_lock',
	'unpin_user_folio',
];

const COUNT =
	'Pages pinned, possibly fewer than requested, or 0; -errno only when none was pinned. Keep it in a signed type and unpin exactly that many.';
const HELD = 'Call with mmap_lock of the mm held, for reading or writing.';
/** In 5.6 the functions were there, the pins were not. */
const PLACEHOLDER = {
	since: '5.6',
	until: '5.7',
	text: 'A placeholder in 5.6: it takes a plain reference, and unpin_user_page is put_page.',
} as const;
/** What every pinning function does with mappings and pages of these kinds. */
const PINNED = [
	{ text: 'VM_IO, VM_PFNMAP and secretmem mappings fail with -EFAULT.' },
	{ since: '6.1', until: '6.5', text: 'Late stable kernels neither pin nor unpin the zero page.' },
	{ since: '6.5', text: 'The zero page is neither pinned nor unpinned.' },
	{
		since: '6.1',
		text: 'Without FOLL_WRITE it unshares anonymous and KSM pages; private file pages may still be replaced by COW later, unless FOLL_LONGTERM is passed (6.2).',
	},
	{
		since: '6.5',
		text: 'FOLL_WRITE|FOLL_LONGTERM on a shared writable file mapping that tracks dirty pages fails with -EFAULT.',
	},
] as const;
/** What it answers to arguments it refuses: `pages` NULL counts among them since 6.0. */
const refused = (api: string) => refusalNotes(api, '6.0', 'FOLL_GET or `pages` NULL');

export const pin: readonly ApiRecord[] = [
	{
		name: 'pin_user_pages',
		group: 'pin',
		takes: 'pin',
		fast: false,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		summary:
			'Pins each user page of `current` (FOLL_PIN), so that its data may be read or written by a device or the CPU.',
		returns: COUNT,
		locking: HELD,
		cases: [1, 2, 5],
		notes: [PLACEHOLDER, ...refused('pin_user_pages'), ...PINNED],
		signatures: signatures(
			MM_H,
			[
				'5.6',
				'6.5',
				'long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas)',
				'eddb1c228f79',
			],
			[
				'6.5',
				'',
				'long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages)',
				'4c630f307455 drops vmas',
			],
		),
	},
	{
		name: 'pin_user_pages_remote',
		group: 'pin',
		takes: 'pin',
		fast: false,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		summary: 'Pins each user page of another mm.',
		returns: COUNT,
		locking: `${HELD} With \`locked\` the call may drop it: initialise *locked to 1, and unlock only if it is still 1.`,
		cases: [1, 2, 5],
		notes: [
			PLACEHOLDER,
			...refused('pin_user_pages_remote'),
			...PINNED,
			{ since: '5.6', until: '6.2', text: 'FOLL_LONGTERM works only with `locked` NULL.' },
			{ since: '6.3', text: '*locked other than 1 on entry is rejected, too.' },
		],
		signatures: signatures(
			MM_H,
			[
				'5.6',
				'5.9',
				'long pin_user_pages_remote(struct task_struct *tsk, struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)',
				'eddb1c228f79',
			],
			[
				'5.9',
				'6.5',
				'long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, struct vm_area_struct **vmas, int *locked)',
				'64019a2e467a drops tsk',
			],
			[
				'6.5',
				'',
				'long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)',
				'0b295316b3a9 drops vmas',
			],
		),
	},
	{
		name: 'pin_user_pages_unlocked',
		group: 'pin',
		takes: 'pin',
		fast: false,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		summary: 'Pins each user page of `current`, and takes mmap_lock itself. `pages` comes before the flags.',
		returns: COUNT,
		locking: 'Takes mmap_lock itself: call without it.',
		cases: [1, 2, 5],
		notes: [
			...refused('pin_user_pages_unlocked'),
			...PINNED,
			{
				since: '5.8',
				until: '6.2',
				text: 'Rejects FOLL_LONGTERM before 6.2: use pin_user_pages_fast.',
			},
		],
		signatures: signatures(MM_H, [
			'5.8',
			'',
			'long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages, unsigned int gup_flags)',
		]),
	},
	{
		name: 'pin_user_pages_locked',
		group: 'pin',
		takes: 'pin',
		fast: false,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		successor: 'pin_user_pages_unlocked',
		summary: 'pin_user_pages that may drop mmap_lock.',
		instead: 'Use pin_user_pages_unlocked, or pin_user_pages_remote with `locked`.',
		returns: COUNT,
		locking: `${HELD} Initialise *locked to 1, and unlock only if it is still 1 afterwards.`,
		cases: [1, 5],
		signatures: signatures(MM_H, [
			'5.8',
			'5.18',
			'long pin_user_pages_locked(unsigned long start, unsigned long nr_pages, unsigned int gup_flags, struct page **pages, int *locked)',
		]),
	},
	{
		name: 'pin_user_pages_fast',
		group: 'pin',
		takes: 'pin',
		fast: true,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: UNPIN,
		summary:
			'Pins each user page of `current`, without mmap_lock where it can. The usual choice for direct I/O and DMA.',
		returns: `${COUNT} A failing slow path keeps the partial count.`,
		locking: 'Must not be called with mmap_lock held: the slow path takes it. May sleep.',
		cases: [1, 2, 5],
		notes: [PLACEHOLDER, ...refused('pin_user_pages_fast'), ...PINNED],
		signatures: signatures(MM_H, [
			'5.6',
			'',
			'int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)',
			'eddb1c228f79',
		]),
	},
	{
		name: 'pin_user_pages_fast_only',
		group: 'pin',
		takes: 'pin',
		fast: true,
		meaning: 'pages',
		neverNegative: [{ since: '5.8', until: '6.3' }],
		releasedBy: UNPIN,
		successor: 'pin_user_pages_fast',
		summary: 'The lockless half of pin_user_pages_fast: never sleeps, never faults.',
		instead: 'Use pin_user_pages_fast where sleeping is allowed; nothing pins in interrupt context since 6.3.',
		returns: 'Pages pinned, 0 or more; never negative.',
		locking: 'Takes no lock and never sleeps.',
		cases: [1, 5],
		signatures: signatures(MM_H, [
			'5.8',
			'6.3',
			'int pin_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags, struct page **pages)',
			'removed by edad1bb1fbf7',
		]),
	},
	{
		name: 'memfd_pin_folios',
		group: 'pin',
		takes: 'pin',
		fast: false,
		sleeps: 'always',
		meaning: 'pages',
		releasedBy: ['unpin_folios', 'unpin_folio'],
		summary: 'Pins the folios of a memfd range for the long term, no mapping needed. shmem and hugetlb only.',
		returns: 'Folios pinned, one pin on each, or -errno. *offset is where `start` lies in the first folio.',
		locking: 'Needs no mmap_lock. May sleep.',
		cases: [2],
		notes: [{ text: '`end` is inclusive and must lie below i_size. Missing folios are allocated.' }],
		signatures: signatures(MM_H, [
			'6.11',
			'',
			'long memfd_pin_folios(struct file *memfd, loff_t start, loff_t end, struct folio **folios, unsigned int max_folios, pgoff_t *offset)',
			'89c1905d9c14',
		]),
	},
	{
		name: 'folio_add_pin',
		group: 'pin',
		takes: 'pin',
		fast: false,
		site: false,
		meaning: 'void',
		releasedBy: ['unpin_user_page', 'unpin_user_folio', 'unpin_folio'],
		summary: 'Adds a pin to an already pinned folio, for a second owner. Not exported to modules.',
		returns: 'Nothing; it cannot fail.',
		locking: 'Needs no lock.',
		cases: [1, 2],
		signatures: signatures(MM_H, ['6.5', '', 'void folio_add_pin(struct folio *folio)']),
	},
	{
		name: 'folio_add_pins',
		group: 'pin',
		takes: 'pin',
		fast: false,
		site: false,
		meaning: 'errno',
		releasedBy: ['unpin_user_page_range_dirty_lock', 'unpin_user_folio', 'unpin_folio', 'unpin_user_page'],
		summary: 'Adds pins to an already pinned folio, so that its pages may be unpinned one by one.',
		returns: '0, or -errno with no pin added.',
		locking: 'Needs no lock.',
		cases: [1, 2],
		signatures: signatures(MM_H, ['7.2', '', 'int folio_add_pins(struct folio *folio, unsigned int pins)']),
	},
];
