/** The cover letter of a series. */
import type { Mailbox } from '../../workspace/maintainers/mailboxes.js';
import { oneLine, sentence } from '../../workspace/wording.js';
import { diffstat, type FileDiff } from './diffstat.js';
import type { Patch } from './message.js';
import { listed, wrapped } from './wrap.js';

/** A site that was asked for and is not converted. */
export interface Left {
	/** From the top of the tree. */
	readonly path: string;
	/** Undefined outside any. */
	readonly function: string | undefined;
	/** What blocks it, as a sentence without its end. */
	readonly reason: string;
}

/** Columns before a reason. */
const INDENT = 4;
/** Sites of a list in a mail; the rest is a number. */
const MOST_LEFT = 40;

export interface Cover {
	/** Without "[PATCH]". */
	readonly subject: string;
	readonly paragraphs: readonly string[];
	/** What is left, short log and diffstat: as it stands. */
	readonly rest: string;
}

/** @param only what is to begin with a capital: no name of a function */
function capitalised(words: string, only = /^/): string {
	return only.test(words) ? words.slice(0, 1).toUpperCase() + words.slice(1) : words;
}

/** "ublk" where all subjects begin with it. */
function commonPrefix(subjects: readonly string[]): string | undefined {
	const prefixes = new Set(subjects.map((subject) => /^(?:[^:]+: )+/.exec(subject)?.[0] ?? ''));
	const [only] = prefixes;
	return prefixes.size === 1 && only ? only : undefined;
}

/** "1, 3 and 4" */
function numbers(all: readonly number[]): string {
	return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** What the series does, by the functions that are not called any more. */
function summaryOf(former: readonly string[]): string {
	if (former.length === 0) return 'fix references to user pages';
	if (former.every((name) => name.startsWith('get_user_pages')))
		return 'convert get_user_pages*() users to pin_user_pages*()';
	return former.every((name) => name.startsWith('iov_iter_get_pages'))
		? 'convert iov_iter_get_pages*() users to iov_iter_extract_pages()'
		: 'convert references to user pages to pins';
}

/** Patches that other ones have to be applied before. */
function dependence(patches: readonly Patch[]): string {
	const files = patches.map(({ diffs }) => new Set(diffs.map(({ path }) => path)));
	const meet = files.some((own, i) => files.some((other, j) => i < j && [...own].some((path) => other.has(path))));
	return meet
		? 'Patches that touch the same file build on each other, in the order of the series; all others are independent, and may go through the trees of their subsystems.'
		: 'The patches are independent of each other, and may go through the trees of their subsystems.';
}

/** "Not converted, and why", the sites of one reason together. */
function leftOver(left: readonly Left[]): readonly string[] {
	if (left.length === 0) return [];
	const shown = left.slice(0, MOST_LEFT);
	const reasons = new Map<string, Set<string>>();
	for (const { path, function: name, reason } of shown) {
		const text = sentence(oneLine(reason));
		reasons.set(
			text,
			(reasons.get(text) ?? new Set()).add(name === undefined ? oneLine(path) : `${oneLine(path)}: ${oneLine(name)}()`),
		);
	}
	const more = left.length - shown.length;
	return [
		'Not converted by this series:',
		...[...reasons].map(
			([reason, sites]) => `${[...sites].map((site) => `  ${site}`).join('\n')}\n${indented(reason)}`,
		),
		...(more > 0 ? [`and ${more} more.`] : []),
	];
}

function indented(reason: string): string {
	return wrapped(`${capitalised(reason, /^[a-z]+ /)}.`, INDENT).replaceAll(/^/gm, ' '.repeat(INDENT));
}

/**
 * @param subjects of the patches
 * @param total what all of them change together
 * @param version of the kernel
 * @param left what was asked for, and is not converted
 */
export function cover(
	patches: readonly Patch[],
	subjects: readonly string[],
	total: readonly FileDiff[],
	from: Mailbox,
	version: string,
	left: readonly Left[] = [],
): Cover {
	const former = [...new Set(patches.flatMap((patch) => patch.conversion?.former ?? []))];
	const repairs = patches.flatMap((patch, i) => (patch.conversion ? [] : [i + 1]));
	const needsFixes = patches.some(({ remarks }) => remarks.some((text) => text.includes('has to be filled in')));
	const longterm = patches.flatMap((patch, i) => (patch.conversion?.longterm ? [i + 1] : []));
	const patchWord = (all: readonly number[]): string => (all.length > 1 ? 'Patches' : 'Patch');
	const paragraphs = [
		...(former.length === 0
			? ['This series fixes the handling of references to user pages. Nothing is converted to pins.']
			: []),
		...(former.length > 0
			? [
					`This series converts users of ${listed(former)} to pins, where a device or the CPU accesses the data of the pages, as Documentation/core-api/pin_user_pages.rst asks for. Plain references do not tell fork() and file systems that the pages are in use.`,
				]
			: []),
		...(repairs.length > 0 && former.length > 0
			? [
					`${patchWord(repairs)} ${numbers(repairs)} ${repairs.length > 1 ? 'are fixes or cleanups' : 'is a fix or cleanup'} of the existing code, independent of the conversion.${needsFixes ? ' Fixes: tags have to be filled in.' : ''}`,
				]
			: []),
		...(longterm.length > 0
			? [
					`${patchWord(longterm)} ${numbers(longterm)} ${longterm.length > 1 ? 'use' : 'uses'} FOLL_LONGTERM. What that changes for user space is described in each changelog.`,
				]
			: []),
		dependence(patches),
		`The patches were generated by gup-lens against Linux ${oneLine(version)}. It analysed the files again afterwards, but neither built nor ran them.${former.length > 0 ? ' How to test each conversion is described below its changelog.' : ''} A Signed-off-by is left for whoever has reviewed them.`,
	];
	const prefix = commonPrefix(subjects);
	const name = oneLine(from.name || from.address);
	const what = summaryOf(former);
	return {
		subject: prefix === undefined ? capitalised(what) : `${prefix}${what}`,
		paragraphs,
		rest: [
			...leftOver(left).flatMap((part) => [part, '']),
			`${name} (${patches.length}):`,
			...subjects.map((subject) => `  ${subject}`),
			'',
			diffstat(total),
		].join('\n'),
	};
}
