/** Marking what was written. */
import { MM_H, signatures } from '../signatures.js';
import type { ApiRecord } from '../types.js';

const plain = { group: 'dirty', takes: 'none', fast: false, releasedBy: [], everyday: true, cases: [1, 2, 5] } as const;

export const dirty: readonly ApiRecord[] = [
	{
		...plain,
		name: 'set_page_dirty',
		meaning: 'bool',
		summary:
			'Marks a page dirty. On a GUP page it requires the page lock, or truncation may free its mapping: use set_page_dirty_lock.',
		returns: 'True when the page was clean before.',
		locking: 'The page must be locked.',
		signatures: signatures(
			MM_H,
			['4.19', '5.16', 'int set_page_dirty(struct page *page)'],
			['5.16', '', 'bool set_page_dirty(struct page *page)'],
		),
	},
	{
		...plain,
		name: 'set_page_dirty_lock',
		meaning: 'errno',
		summary: 'Locks the page, marks it dirty, unlocks it: for a GUP page, before it is released.',
		returns: 'Non-zero when the page was clean before.',
		locking: 'Takes the page lock: may sleep, so not under a spinlock.',
		signatures: signatures(MM_H, ['4.19', '', 'int set_page_dirty_lock(struct page *page)']),
	},
	{
		...plain,
		name: 'folio_mark_dirty',
		meaning: 'bool',
		summary: 'Marks a folio dirty. On a GUP folio it requires the folio lock.',
		returns: 'True when the folio was clean before.',
		locking: 'The folio must be locked, or a page table that maps it.',
		signatures: signatures(MM_H, ['5.16', '', 'bool folio_mark_dirty(struct folio *folio)']),
	},
	{
		...plain,
		name: 'folio_mark_dirty_lock',
		meaning: 'bool',
		summary: 'Locks the folio, marks it dirty, unlocks it.',
		returns: 'True when the folio was clean before.',
		locking: 'Takes the folio lock: may sleep, so not under a spinlock.',
		signatures: signatures(MM_H, ['6.13', '', 'bool folio_mark_dirty_lock(struct folio *folio)']),
	},
];
