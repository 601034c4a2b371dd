/** One call that takes references on user pages, with the verdict on it. Plain data. */
import type { Place, Range } from '../syntax/ir.js';

/**
 * `ok`: pins or extracts, and is paired right. `keep`: plain references for a good reason. `convert`: the data of the pages
 * is read or written, so it must pin. `benefit`: conversion only retires the old function. `bug`: would be `ok`, but an error
 * or warning rule fires on it.
 */
export type Verdict = 'ok' | 'keep' | 'convert' | 'benefit' | 'bug';

export const TARGETS = ['pin_user_pages', 'iov_iter_extract_pages'] as const;
export type Target = (typeof TARGETS)[number];

/** Why a site may keep plain references. */
export const KEEP_REASONS = ['mmu-notifier', 'transient', 'struct-page-only', 'core-mm'] as const;
export type KeepReason = (typeof KEEP_REASONS)[number];

/** What a verdict rests on, in words; in the file itself, or elsewhere when `place` is there. */
export interface Evidence extends Range {
	readonly text: string;
	readonly place?: Place;
}

/** `start` and `end` are those of the function's name in the call. */
export interface Site extends Range {
	/** Name of the function around the call; null outside one. */
	readonly function: string | null;
	readonly api: string;
	/** Flags as evaluated, "FOLL_WRITE|FOLL_LONGTERM"; null where the function has none. */
	readonly flags: string | null;
	/** What gives the pages back, "unpin_user_pages"; null where it is not seen. */
	readonly release: string | null;
	readonly verdict: Verdict;
	/** What a site that converts, or would benefit, should call. */
	readonly target: Target | null;
	readonly reason: KeepReason | null;
	readonly decidedBy: 'inference' | 'known-user';
	/** Where the row of the known users comes from; null for an inference. */
	readonly source: string | null;
	readonly evidence: readonly Evidence[];
	/** Rules with a finding on this site. */
	readonly findings: readonly string[];
}
