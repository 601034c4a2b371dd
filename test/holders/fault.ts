/** What is wrong with a program of the matrix, and the rules one of which has to say so. */

export type FaultName =
	| 'leak on an error path'
	| 'leak in teardown'
	| 'short return'
	| 'overrun'
	| 'double release'
	| 'wrong release'
	| 'release before taking'
	| 'dirty missing'
	| 'dirty unlocked'
	| 'atomic';

export interface Fault {
	readonly name: FaultName;
	/** One sentence for the documentation. */
	readonly means: string;
	readonly rules: readonly string[];
	/** What the right program has as well: a step before the taking call, stores into the pages, a lock around the call. */
	readonly needs?: 'early step' | 'writes' | 'lock';
}

export const FAULTS: readonly Fault[] = [
	{
		name: 'leak on an error path',
		means: 'a step after the acquiring call fails, and the pages are leaked',
		rules: ['gup-leak'],
	},
	{
		name: 'leak in teardown',
		means: 'the destructor, or the ordinary end of the function, does not release the pages',
		rules: ['gup-leak'],
	},
	{
		name: 'short return',
		means: 'a short return is refused without releasing its pages',
		rules: ['gup-partial-leak', 'gup-leak'],
	},
	{
		name: 'overrun',
		means: 'after a short or failed call more pages are released than were obtained',
		rules: ['gup-release-overrun'],
	},
	{
		name: 'double release',
		means: 'an error path releases, and then reaches code that releases as well',
		rules: ['gup-double-release'],
	},
	{
		name: 'wrong release',
		means: 'pins are put, or references unpinned',
		rules: ['pin-put-page', 'get-unpin-page'],
	},
	{
		name: 'release before taking',
		means: 'a step before the acquiring call fails, and pages are released that were not acquired',
		rules: ['gup-release-overrun'],
		needs: 'early step',
	},
	{
		name: 'dirty missing',
		means: 'the CPU writes to the pages, and they are released clean',
		rules: ['dirty-missing'],
		needs: 'writes',
	},
	{
		name: 'dirty unlocked',
		means: 'they are marked dirty without the page lock',
		rules: ['dirty-unlocked'],
		needs: 'writes',
	},
	{ name: 'atomic', means: 'they are acquired under a spinlock', rules: ['gup-atomic'], needs: 'lock' },
];

/** Rules about pairing and lifetime, none of which may say anything of a right program. */
export const PAIRING: readonly string[] = [
	'gup-leak',
	'gup-partial-leak',
	'gup-short-count',
	'gup-release-overrun',
	'gup-double-release',
	'gup-free-page',
	'gup-negative-unsigned',
	'pin-put-page',
	'get-unpin-page',
	'dirty-unlocked',
	'dirty-lock-atomic',
	'gup-atomic',
	'gup-use-after-release',
	'extract-unpin-unguarded',
	'extract-will-pin-late',
	'bio-pages-leak',
];
