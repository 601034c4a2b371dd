/** Functions that lock and unlock one page or folio. Source: include/linux/pagemap.h, read in 6.1.192 and 6.12.117. */

/** They return with the lock held. */
export const LOCKS: ReadonlySet<string> = new Set(['lock_page', 'folio_lock', '__lock_page', '__folio_lock']);

/** They return true with the lock held. */
export const TRY_LOCKS: ReadonlySet<string> = new Set([
	'trylock_page',
	'folio_trylock',
	'lock_page_or_retry',
	'folio_lock_or_retry',
]);

/** They return 0 with the lock held. */
export const KILLABLE_LOCKS: ReadonlySet<string> = new Set([
	'lock_page_killable',
	'folio_lock_killable',
	'__lock_page_killable',
	'__folio_lock_killable',
]);

export const UNLOCKS: ReadonlySet<string> = new Set(['unlock_page', 'folio_unlock']);

/** A helper whose name says that it locks or unlocks what it is given. */
export const LOCKING_NAME: RegExp = /(?:^|_)(?:try)?lock(?:ed)?(?:_|$)/;
