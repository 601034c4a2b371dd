/**
 * What each entry point of mm/gup.c sets by itself, and what it answers to a caller whose arguments it refuses. Every
 * answer names the lines it was read in: the comments in the kernel do not tell, and the functions differ.
 */
import { covers } from './releases.js';
import type { Release } from './types.js';

const GUP = 'mm/gup.c';
const MM = 'include/linux/mm.h';

/** A line with the answer: "6.12.117 mm/gup.c:3615". */
export type Line = `${string} ${typeof GUP | typeof MM}:${number}`;

export interface Refusal {
	readonly api: string;
	readonly since: Release;
	readonly until?: Release;
	/** As C writes it. */
	readonly answer: '-EINVAL' | '0' | 'false' | 'ERR_PTR(-EINVAL)';
	readonly read: readonly Line[];
}

const at = (version: string, line: number, file: typeof GUP | typeof MM = GUP): Line => `${version} ${file}:${line}`;
const A = '6.1.192';
const B = '6.12.117';
const C = '7.3.4';

/** Before 6.3 the _only functions turned every error into 0; since then three of the four pinning ones answer 0. */
export const REFUSALS: readonly Refusal[] = [
	{ api: 'get_user_pages', since: '4.19', answer: '-EINVAL', read: [at(A, 2332), at(B, 2745), at(C, 2645)] },
	{ api: 'get_user_pages_remote', since: '4.19', answer: '-EINVAL', read: [at(A, 2286), at(B, 2707), at(C, 2607)] },
	{ api: 'get_user_pages_unlocked', since: '4.19', answer: '-EINVAL', read: [at(A, 2368), at(B, 2774), at(C, 2674)] },
	{ api: 'get_user_pages_locked', since: '4.19', until: '5.18', answer: '-EINVAL', read: [] },
	{ api: 'get_user_pages_fast', since: '4.19', answer: '-EINVAL', read: [at(A, 3155), at(B, 3550), at(C, 3286)] },
	{ api: 'get_user_pages_fast_only', since: '4.19', until: '6.3', answer: '0', read: [at(A, 3129)] },
	{ api: 'get_user_pages_fast_only', since: '6.3', answer: '-EINVAL', read: [at(B, 3518), at(C, 3254)] },
	{
		api: 'get_user_page_fast_only',
		since: '4.19',
		answer: 'false',
		read: [at(A, 2170, MM), at(B, 2642, MM), at(C, 3448, MM)],
	},
	{
		api: 'get_user_page_vma_remote',
		since: '6.5',
		answer: 'ERR_PTR(-EINVAL)',
		read: [at(B, 2561, MM), at(C, 3360, MM)],
	},
	{ api: 'pin_user_pages', since: '5.6', until: '6.3', answer: '-EINVAL', read: [at(A, 3310)] },
	{ api: 'pin_user_pages', since: '6.3', answer: '0', read: [at(B, 3646), at(C, 3382)] },
	{ api: 'pin_user_pages_remote', since: '5.6', until: '6.3', answer: '-EINVAL', read: [at(A, 3273)] },
	{ api: 'pin_user_pages_remote', since: '6.3', answer: '0', read: [at(B, 3615), at(C, 3351)] },
	{ api: 'pin_user_pages_unlocked', since: '5.8', until: '6.3', answer: '-EINVAL', read: [at(A, 3334)] },
	{ api: 'pin_user_pages_unlocked', since: '6.3', answer: '0', read: [at(B, 3667), at(C, 3403)] },
	{ api: 'pin_user_pages_locked', since: '5.8', until: '5.18', answer: '-EINVAL', read: [] },
	{ api: 'pin_user_pages_fast', since: '5.6', answer: '-EINVAL', read: [at(A, 3192), at(B, 3578), at(C, 3314)] },
	{ api: 'pin_user_pages_fast_only', since: '5.8', until: '6.3', answer: '0', read: [at(A, 3218)] },
];

/** What a call answers to flags or arguments that it refuses; undefined for a function without an entry. */
export function refusal(api: string, release: Release): Refusal | undefined {
	return REFUSALS.find((row) => row.api === api && covers(row, release));
}

/** "WARNs and returns 0, which a check for < 0 takes for success". */
export function refusalText(api: string, release: Release): string {
	const answer = refusal(api, release)?.answer ?? '-EINVAL';
	const trap = answer === '0' ? ', which a check for < 0 takes for success' : '';
	return `WARNs and returns ${answer}${trap}`;
}

/** Notes for a record, one for each answer a function had from `since` on. */
export function refusalNotes(
	api: string,
	since: Release,
	what: string,
): { since: Release; until?: Release; text: string }[] {
	return REFUSALS.filter((row) => row.api === api && (!row.until || covers({ until: row.until }, since))).map(
		(row) => ({
			since: covers({ since }, row.since) ? row.since : since,
			...(row.until && { until: row.until }),
			text: `With ${what} it ${refusalText(api, row.since)}.`,
		}),
	);
}

/** Flags of mm/ that an entry point sets by itself: leaving one out changes nothing. */
const SETS: Readonly<Record<string, readonly string[]>> = {
	get_user_pages: ['FOLL_TOUCH'],
	get_user_pages_remote: ['FOLL_TOUCH', 'FOLL_REMOTE'],
	get_user_page_vma_remote: ['FOLL_TOUCH', 'FOLL_REMOTE'],
	get_user_pages_unlocked: ['FOLL_TOUCH', 'FOLL_UNLOCKABLE'],
	get_user_pages_locked: ['FOLL_TOUCH'],
	// "Nearly the same as get_user_pages(), except that FOLL_TOUCH is not set"
	pin_user_pages: ['FOLL_PIN'],
	pin_user_pages_remote: ['FOLL_PIN', 'FOLL_TOUCH', 'FOLL_REMOTE'],
	pin_user_pages_unlocked: ['FOLL_PIN', 'FOLL_TOUCH', 'FOLL_UNLOCKABLE'],
	pin_user_pages_locked: ['FOLL_PIN', 'FOLL_TOUCH'],
	get_user_pages_fast_only: ['FOLL_FAST_ONLY'],
	get_user_page_fast_only: ['FOLL_FAST_ONLY'],
	get_user_pages_fast: [],
	pin_user_pages_fast: ['FOLL_PIN'],
	pin_user_pages_fast_only: ['FOLL_PIN', 'FOLL_FAST_ONLY'],
};

/** The entry point sets the flag by itself. */
export function setsItself(api: string, flag: string): boolean {
	return SETS[api]?.includes(flag) === true;
}

/** For the test that reads mm/gup.c. */
export function flagsSet(api: string): readonly string[] {
	return SETS[api] ?? [];
}
