/** The cover letter of a series. */
import type { Mailbox } from '../../workspace/maintainers/mailboxes.js';
import { oneLine } from '../../workspace/wording.js';
import { diffstat, type FileDiff } from './diffstat.js';
import type { Patch } from './message.js';
import { listed } from './wrap.js';

export interface Cover {
	/** Without "[PATCH]". */
	readonly subject: string;
	readonly paragraphs: readonly string[];
	/** Short log and diffstat. */
	readonly rest: string;
}

function capitalised(word: string): string {
	return word.slice(0, 1).toUpperCase() + word.slice(1);
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

/** Patches that other ones have to be applied before. */
function dependence(patches: readonly Patch[]): string {
	const files = patches.map(({ diffs }) => new Set(diffs.map(({ path }) => path)));
	const meet = files.some((own, i) => files.some((other, j) => i < j && [...own].some((path) => other.has(path))));
	return meet
		? 'Patches that touch the same file build on each other, in the order of the series; all others are independent, and may go through the trees of their subsystems.'
		: 'The patches are independent of each other, and may go through the trees of their subsystems.';
}

/**
 * @param subjects of the patches
 * @param total what all of them change together
 * @param version of the kernel
 */
export function cover(
	patches: readonly Patch[],
	subjects: readonly string[],
	total: readonly FileDiff[],
	from: Mailbox,
	version: string,
): Cover {
	const former = [...new Set(patches.flatMap((patch) => patch.conversion?.former ?? []))];
	const repairs = patches.flatMap((patch, i) => (patch.conversion ? [] : [i + 1]));
	const needsFixes = patches.some(({ remarks }) => remarks.some((text) => text.includes('is to be filled in')));
	const longterm = patches.flatMap((patch, i) => (patch.conversion?.longterm ? [i + 1] : []));
	const patchWord = (all: readonly number[]): string => (all.length > 1 ? 'Patches' : 'Patch');
	const paragraphs = [
		...(former.length === 0
			? ['This series puts right what is wrong with references on user pages. Nothing is converted to pins.']
			: []),
		...(former.length > 0
			? [
					`This series converts users of ${listed(former)} to pins, where a device or the CPU reads or writes the data of the pages, as Documentation/core-api/pin_user_pages.rst asks for. Plain references do not tell writeback and fork() that the pages are in use.`,
				]
			: []),
		...(repairs.length > 0 && former.length > 0
			? [
					`${patchWord(repairs)} ${numbers(repairs)} ${repairs.length > 1 ? 'put' : 'puts'} right what is wrong with these pages already, independent of the conversion.${needsFixes ? ' Fixes: tags are to be filled in.' : ''}`,
				]
			: []),
		...(longterm.length > 0
			? [
					`${patchWord(longterm)} ${numbers(longterm)} ${longterm.length > 1 ? 'use' : 'uses'} FOLL_LONGTERM. What that changes for user space is told in each changelog.`,
				]
			: []),
		dependence(patches),
		`The patches were written by gup-lens for Linux ${oneLine(version)}, which analysed the files again afterwards. They were neither built nor run by it; how to test each is told below its changelog.`,
	];
	const prefix = commonPrefix(subjects);
	const name = oneLine(from.name || from.address);
	const verb = former.length > 0 ? 'convert' : 'fix';
	const what = former.length > 0 ? 'references on user pages to pins' : 'references on user pages';
	return {
		subject: `${prefix ?? ''}${prefix === undefined ? capitalised(verb) : verb} ${what}`,
		paragraphs,
		rest: [`${name} (${patches.length}):`, ...subjects.map((subject) => `  ${subject}`), '', diffstat(total)].join(
			'\n',
		),
	};
}
