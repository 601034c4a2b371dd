/** Equal programs of which the engine still says something else, each with the reason. The test fails where one has closed. */
import type { Specimen } from '../support/specimens.js';

export interface Gap {
	readonly rewriting: string;
	/** Page of the rules, file of the records, or path in 6.12. */
	readonly file: string;
	/** A word of the text: blocks of a page move. Where several blocks have it, the gap is in one of them. */
	readonly word: string;
	/** A word of other blocks that have the first one too. */
	readonly without?: string;
	readonly reason: string;
}

/** The text is one that a gap is about. */
export function isOf(gap: Gap, { name, text }: Specimen): boolean {
	const has = (word: string): boolean => new RegExp(`\\b${word}\\b`).test(text);
	if (name.replace(/[:#]\d+$/, '') !== gap.file || !has(gap.word)) return false;
	return gap.without === undefined || !has(gap.without);
}

const FIELD = 'what waits in a field is not followed through a second name of the field';
const IN_TEXT = 'a conversion looks for the statement in the text: it is refused, not wrong';
const FLAGS_NAME = 'a parameter is taken for flags by its name';
const ONE_EXIT =
	'the values that one variable has on the paths to a single exit are told from each other only by their signs';
const ELEMENT_OF_MANY = 'p[0] is one of many numbers: what it was set to is not told to the caller, as it is of *p';
const EARLIER_PAGE = 'a pointer to a page of an earlier pass is told from none only where it is tested as it stands';

const PAGES_OF_MANY =
	'an array of pages as a parameter may have many: the one page that is stored is not told to the caller';

export const gaps: readonly Gap[] = [
	{
		rewriting: '&a[i] -> a + i',
		file: 'gup-double-release.md',
		word: 'example_planes',
		reason: 'a sum of two fields whose types are not known is no place',
	},
	{ rewriting: 'f(x); -> (void)f(x);', file: 'gup-partial-leak.md', word: 'SZ_128K', reason: IN_TEXT },
	{ rewriting: 'a comment between tokens', file: 'gup-partial-leak.md', word: 'SZ_128K', reason: IN_TEXT },
	{ rewriting: 'lines joined by a backslash', file: 'gup-partial-leak.md', word: 'SZ_128K', reason: IN_TEXT },
	{ rewriting: 'a field in a local', file: 'foll-get-for-write.md', word: 'trough_move', reason: FIELD },
	{
		rewriting: 'a field in a local',
		file: 'gup-leak.md',
		word: 'example_unmap',
		without: 'example_folios',
		reason: FIELD,
	},
	{ rewriting: 'a field in a local', file: 'gup-double-release.md', word: 'example_stop', reason: FIELD },
	{ rewriting: 'a field in a local', file: 'gup-release-overrun.md', word: 'example_own', reason: FIELD },
	{ rewriting: 'a field in a local', file: 'merged-pages.before.c', word: 'acc_map_user', reason: FIELD },
	{ rewriting: '*p -> p[0]', file: 'gup-leak.md', word: 'example_direct', reason: ELEMENT_OF_MANY },
	{ rewriting: '*p -> p[0]', file: 'gup-leak.md', word: 'example_nested', reason: ELEMENT_OF_MANY },
	{ rewriting: 'T **x -> T *x[] as a parameter', file: 'gup-leak.md', word: 'example_nested', reason: PAGES_OF_MANY },
	{ rewriting: '*p -> p[0]', file: 'registered-buffer.after.c', word: 'ring_pin_pages', reason: ELEMENT_OF_MANY },
	{ rewriting: 'x -> x != 0', file: 'gup-double-release.md', word: 'prev', reason: EARLIER_PAGE },
	{ rewriting: 'p -> p != NULL', file: 'gup-double-release.md', word: 'prev', reason: EARLIER_PAGE },
	{
		rewriting: 'if (f() < n) -> int r = f(); if (r < n)',
		file: 'gup-negative-unsigned.md',
		word: 'example_map_test',
		reason: '__auto_type is not resolved, so that nothing is known of its sign',
	},
	{
		rewriting: 'if (c) A else B -> if (!c) B else A',
		file: 'gup-mmap-lock-missing.md',
		word: 'EXAMPLE_REMOTE',
		reason: 'a verdict that is a guess goes by the first of two calls',
	},
	{
		rewriting: 'for -> if (c) do while (c)',
		file: 'gup-release-overrun.md',
		word: 'ARRAY_SIZE',
		reason: 'a loop is turned round only where its test calls nothing',
	},
	{ rewriting: 'returns -> goto one exit', file: 'foll-get-for-dma.md', word: 'sieve_next', reason: ONE_EXIT },
	{ rewriting: 'returns -> goto one exit', file: 'gup-leak.md', word: 'example_page', reason: ONE_EXIT },
	{ rewriting: 'returns -> goto one exit', file: 'gup-short-count.md', word: 'example_hold', reason: ONE_EXIT },
	{ rewriting: 'returns -> goto one exit', file: 'pin-put-page.md', word: 'example_find', reason: ONE_EXIT },
	{
		rewriting: 'an unused label',
		file: 'gup-leak.md',
		word: 'SZ_16K',
		reason: 'control may come to a label from anywhere: what was set before it is forgotten',
	},
	{
		rewriting: 'locals renamed to short names',
		file: 'foll-longterm-without-pin.md',
		word: 'example_take_mode',
		reason: FLAGS_NAME,
	},
	{
		rewriting: 'locals renamed to short names',
		file: 'foll-flags-not-flags.md',
		word: 'example_grab',
		reason: FLAGS_NAME,
	},
	{
		rewriting: 'typedef of an unsigned long',
		file: 'gup-mmap-lock-missing.md',
		word: 'example_native_ioctl',
		reason: 'an ioctl is known by its prototype as it is written',
	},
	{
		rewriting: 'early return -> nested if',
		file: 'foll-get-with-pin.md',
		word: 'fast',
		reason: 'one flag for two calls is told of the call that comes first',
	},
];

/** Of functions of 6.12. */
export const kernelGaps: readonly Gap[] = [
	{
		rewriting: 'parentheses around an assignment’s left side',
		file: 'fs/fuse/dev.c',
		word: 'fuse_copy_fill',
		reason: 'a conversion that is refused names another of its blockers',
	},
	{
		rewriting: 'a + b -> b + a',
		file: 'lib/scatterlist.c',
		word: 'extract_user_to_sg',
		reason: 'a sum of two fields whose types are not known is no place',
	},
	{
		rewriting: 'f(x); -> (void)f(x);',
		file: 'drivers/block/ublk_drv.c',
		word: 'ublk_copy_user_pages',
		reason: IN_TEXT,
	},
];
