/** The registry: one line a rule, in the order of the documentation. */
import { bioPagesLeak } from './bio-pages-leak.js';
import { dirtyLockAtomic } from './dirty-lock-atomic.js';
import { dirtyMissing } from './dirty-missing.js';
import { dirtyUnlocked } from './dirty-unlocked.js';
import { extractUnpinUnguarded } from './extract-unpin-unguarded.js';
import { extractWillPinLate } from './extract-will-pin-late.js';
import { follFlagsNotFlags } from './foll-flags-not-flags.js';
import { follFlagsRejected } from './foll-flags-rejected.js';
import { follForceInDriver } from './foll-force-in-driver.js';
import { follGetForDma } from './foll-get-for-dma.js';
import { follGetForWrite } from './foll-get-for-write.js';
import { follGetRedundant } from './foll-get-redundant.js';
import { follGetWithPin } from './foll-get-with-pin.js';
import { follInternalFlag } from './foll-internal-flag.js';
import { follLongtermWithoutPin } from './foll-longterm-without-pin.js';
import { follPinFromCaller } from './foll-pin-from-caller.js';
import { getUnpinPage } from './get-unpin-page.js';
import { gupApiChanged } from './gup-api-changed.js';
import { gupAtomic } from './gup-atomic.js';
import { gupDoubleRelease } from './gup-double-release.js';
import { gupFreePage } from './gup-free-page.js';
import { gupLeak } from './gup-leak.js';
import { gupLockedNotOne } from './gup-locked-not-one.js';
import { gupMmapLockHeld } from './gup-mmap-lock-held.js';
import { gupMmapLockMissing } from './gup-mmap-lock-missing.js';
import { gupNegativeUnsigned } from './gup-negative-unsigned.js';
import { gupNullPages } from './gup-null-pages.js';
import { gupPartialLeak } from './gup-partial-leak.js';
import { gupReleaseOverrun } from './gup-release-overrun.js';
import { gupShortCount } from './gup-short-count.js';
import { gupUseAfterRelease } from './gup-use-after-release.js';
import { gupVmaStale } from './gup-vma-stale.js';
import { gupVmaUnlocked } from './gup-vma-unlocked.js';
import { iovIterAdvancedTwice } from './iov-iter-advanced-twice.js';
import { iovIterGetPages } from './iov-iter-get-pages.js';
import { longtermWriteDeviceReads } from './longterm-write-device-reads.js';
import { pinPutPage } from './pin-put-page.js';
import { pinWithoutLongterm } from './pin-without-longterm.js';
import type { Rule, RuleMeta } from './rule.js';
import { suppressionMeta } from './suppression.js';

export const rules: readonly Rule[] = [
	follPinFromCaller,
	follInternalFlag,
	follGetWithPin,
	follGetRedundant,
	follLongtermWithoutPin,
	follFlagsRejected,
	follForceInDriver,
	follFlagsNotFlags,
	gupNullPages,
	gupApiChanged,
	gupLockedNotOne,
	gupNegativeUnsigned,
	iovIterGetPages,
	follGetForDma,
	follGetForWrite,
	pinWithoutLongterm,
	longtermWriteDeviceReads,
	pinPutPage,
	getUnpinPage,
	gupFreePage,
	gupShortCount,
	gupPartialLeak,
	gupLeak,
	bioPagesLeak,
	gupReleaseOverrun,
	gupDoubleRelease,
	gupUseAfterRelease,
	dirtyUnlocked,
	dirtyMissing,
	dirtyLockAtomic,
	gupAtomic,
	gupMmapLockMissing,
	gupMmapLockHeld,
	gupVmaUnlocked,
	gupVmaStale,
	extractUnpinUnguarded,
	extractWillPinLate,
	iovIterAdvancedTwice,
];

/** Metadata of everything that can be reported, also of what is no rule of its own. */
export const ruleMetas: readonly RuleMeta[] = [...rules.map((rule) => rule.meta), suppressionMeta];
