/** Functions that mark pages dirty. Sources: include/linux/{mm,page-flags,bio,kvm_host}.h, read in 6.1.192 and 6.12.117. */

/** A name that speaks of dirtying: also of helpers of other files, whose way nobody sees here. */
const SPEAKING = /dirty|dirtied/i;

/** They ask or clear the mark, account for it or wait for it, or are about other things that can be dirty. */
const OTHERWISE =
	/^(?:(?:Test)?(?:Clear)?PageDirty|folio_test_\w+|folio_clear_\w+|TestClearPageDirty|clear_page_dirty\w*|(?:pte|pmd|pud)_\w+|balance_dirty_pages\w*|mark_page_dirty\w*|mark_inode_dirty\w*|mark_buffer_dirty\w*|__mark_inode_dirty|i915_\w+_is_dirty|\w*_(?:is|test|clear|get|count|wait|nr)_dirty\w*)$/;

/** Position of the argument that says whether to dirty at all. Source: include/linux/{mm,bio}.h. */
const CONDITION: ReadonlyMap<string, number> = new Map([
	['unpin_user_pages_dirty_lock', 2],
	['unpin_user_page_range_dirty_lock', 2],
	['put_user_pages_dirty_lock', 2],
	['bio_release_pages', 1],
	['drm_gem_put_pages', 2],
]);

/** The function may mark pages dirty; `condition` is the position of the argument that decides. */
export function dirties(name: string): { readonly condition: number | undefined } | undefined {
	const condition = CONDITION.get(name);
	if (condition !== undefined) return { condition };
	return SPEAKING.test(name) && !OTHERWISE.test(name) ? { condition: undefined } : undefined;
}
