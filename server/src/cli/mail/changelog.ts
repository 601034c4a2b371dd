/** What a mail says of a conversion: above the line what the commit is to say, below it what only the reader of the mail needs. */
import type { Conversion, Offer } from '../../engine.js';
import type { LongTerm } from '../../workspace/longTerm.js';
import { sentence } from '../../workspace/wording.js';
import { listed } from './wrap.js';

/** Cases of Documentation/core-api/pin_user_pages.rst. */
const CASES: Readonly<Record<Conversion['case'], string>> = {
	1: 'CASE 1 (direct I/O)',
	2: 'CASE 2 (RDMA: the pages are needed for a long time)',
	5: 'CASE 5 (pinning in order to write to the data within the page)',
};

/** A conversion, and what its kernel does. */
export interface Told {
	readonly offer: Pick<Offer, 'why' | 'isRead' | 'isTidy'>;
	readonly conversion: Conversion;
	readonly longTerm: LongTerm;
}

/** Paragraphs of the changelog. */
export function changelog(told: Told): readonly string[] {
	return [why(told), what(told), longTerm(told), iterator(told), dirtying(told)].filter((text) => text !== undefined);
}

function why({ offer, conversion }: Told): string {
	const { former, takers, account } = conversion;
	const takes = `${listed(takers)} ${takers.length > 1 ? 'take' : 'takes'} plain references to user pages with ${listed(former)}`;
	if (offer.isTidy)
		return `${takes}, which is deprecated. Here ${sentence(offer.why)}: this is cleanup, not a bug fix.`;
	const risk =
		account.isWritten && !offer.isRead
			? 'fork() cannot tell that such pages are in use and may make them copy-on-write, so what is written to them afterwards may be lost. Nor can file systems tell that the data may change behind writeback.'
			: 'A plain reference does not prevent copy-on-write from replacing the page while it is in use, so stale data may be used.';
	return `${takes}, but ${sentence(offer.why)}. ${risk} This is ${CASES[conversion.case]} of Documentation/core-api/pin_user_pages.rst.`;
}

function what({ conversion: { api, longterm, releasers, edits } }: Told): string {
	const unpins = new Set(
		edits.flatMap(({ label, text }) => (label === 'release' ? (text.match(/\bunpin_\w+/g) ?? []) : [])),
	);
	return `Pin the pages with ${api}()${longterm ? ' and FOLL_LONGTERM' : ''} instead, and release them with ${listed([...unpins])} in ${listed(releasers)}.`;
}

/** What FOLL_LONGTERM does for the system, and what it costs the caller: only what this kernel does. */
function longTerm({ conversion: { longterm, account }, longTerm: kernel }: Told): string | undefined {
	if (!longterm) return undefined;
	const gain = kernel.migrates
		? 'those in CMA areas or ZONE_MOVABLE are migrated out of there, so that a pin of unbounded duration does not block CMA allocations or memory hot-unplug.'
		: 'nothing bounds it.';
	const refused = [
		...(kernel.refusesWritableFiles && account.asksToWrite
			? ['-EFAULT for writable shared mappings of files that need dirty tracking, as FOLL_WRITE is set']
			: []),
		...(kernel.daxError === undefined ? [] : [`-${kernel.daxError} for FS DAX mappings`]),
		...(kernel.migrationError === undefined ? [] : [`-${kernel.migrationError} where pages cannot be migrated`]),
	];
	const cost = refused.length > 0 ? ` As a side effect, pinning now fails with ${refused.join(', and with ')}.` : '';
	return `FOLL_LONGTERM is right because user space decides how long the pages stay pinned: ${gain}${cost}`;
}

/** Pages of the kernel are not referenced any more. */
function iterator({ conversion: { account, takers, former } }: Told): string | undefined {
	if (account.iterator !== 'any') return undefined;
	const lost = `Unlike ${listed(former)}, iov_iter_extract_pages() takes no references to the pages of kernel-backed iterators such as ITER_BVEC.`;
	const kept = account.outlasts
		? `They may still be in use after ${listed(takers)} ${takers.length > 1 ? 'have' : 'has'} returned, so whoever made the iterator must keep them alive until the I/O has completed.`
		: 'They are only used until the call returns, and the caller, who made the iterator, keeps them alive until then.';
	return `${lost} ${kept}`;
}

function dirtying({ conversion: { account, longterm } }: Told): string | undefined {
	if (account.isDirtiedLocked)
		return 'set_page_dirty() was called without the page lock, under which the mapping may go away. unpin_user_pages_dirty_lock() takes that lock.';
	if (!account.isNeverDirtied) return undefined;
	const held = longterm ? ' for as long as they are pinned' : '';
	return `Not changed here: the pages may be written${held}, but nothing marks them dirty before they are released. Data may be lost on reclaim, with or without this patch.`;
}

/** What stands below the line. */
export function remarks({ conversion }: Told): readonly string[] {
	const test = `To test: exercise ${listed(conversion.takers)} with anonymous, shared and file-backed buffers, including the error paths, on a kernel with CONFIG_DEBUG_VM=y. Afterwards nr_foll_pin_acquired and nr_foll_pin_released in /proc/vmstat should have increased by the same amount.`;
	// what the changelog argues needs no note
	const notes = conversion.notes.filter((note) => !note.startsWith('FOLL_WRITE with FOLL_LONGTERM'));
	return [...notes.map((note) => `Note: ${sentence(note)}.`), test];
}
