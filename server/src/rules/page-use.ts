import { pagesArgument } from '../analysis/acquired-into.js';
import { isAdopted } from '../analysis/adopted.js';
import { isForSomeKernels } from '../analysis/compat.js';
/** What the rules about the use of pages share: which sites they judge, and how they name what they see. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Use, type Uses, usesOf } from '../analysis/derived-values/index.js';
import { holderPlace } from '../analysis/holders.js';
import type { Range } from '../syntax/ir.js';
import { isExemptPath } from './exempt-paths.js';
import type { Related } from './rule.js';

/** More places than this say nothing new. */
const MOST_RELATED = 5;
const NO_ALIASES: ReadonlyMap<string, string> = new Map();

export interface Site {
	readonly call: ApiCall;
	readonly uses: Uses;
	/** "pages", or what the result is when the function returns the page. */
	readonly name: string;
}

/** The other arm of a feature test pins: this one is for kernels that cannot. */
function pinsElsewhere(file: FileContext, { call, fn }: ApiCall): boolean {
	const isCompat = ({ start }: Range): boolean => isForSomeKernels(file.ir, start);
	return (
		isCompat(call) &&
		file.calls.some((other) => other.api.record.group === 'pin' && other.fn?.name === fn?.name && isCompat(other.call))
	);
}

/** Taking calls of a group whose user no notifier, curated judgement or other owner answers for. */
export function* sitesOf(
	file: FileContext,
	group: 'get' | 'pin' | 'iov-iter' | 'extract',
	wanted: (call: ApiCall) => boolean,
): Generator<Site> {
	if (isExemptPath(file)) return;
	for (const call of file.calls) {
		if (call.api.record.group !== group || !call.api.signature || !call.fn?.hasNoSyntaxErrors || !wanted(call))
			continue;
		if (group === 'get' && pinsElsewhere(file, call)) continue;
		const known = file.knownUser(call.fn.name);
		if (known && known.verdict !== 'convert') continue;
		const uses = usesOf(file, call);
		if (isAdopted(file, call)) continue;
		if (uses.notifier || uses.uses.some((use) => use.kind === 'moved' && !use.byField)) continue;
		const pages = pagesArgument(call);
		yield { call, uses, name: (pages && holderPlace(pages, NO_ALIASES)?.replaceAll('[]', '')) || 'the page' };
	}
}

/** What is stored where it stays for longer than a call, by somebody's request: nothing bounds it. */
export function isLasting(use: Use): boolean {
	if (use.kind === 'kept') return use.mapped === true || use.life === 'object' || use.life === 'global';
	if (use.kind === 'registered') return true;
	return use.kind === 'stored' && use.life === 'global' && use.address !== true;
}

/** What lets a device reach the pages until somebody takes them away from it; undefined when there is none. */
export function keptByDevice(uses: readonly Use[]): Use | undefined {
	const isHeld = (here: string): boolean => uses.some((use) => use.kind === 'released' && use.function !== here);
	return uses.find((use) => use.lasting === 'mapped' || (use.lasting === 'held' && isHeld(use.function)));
}

/** The path through the file: what the finding is about, then where else the pages are used and given back. */
export function pathOf(site: Site, first: Use, kinds: readonly Use['kind'][]): readonly Related[] {
	const told = new Set<string>();
	const uses = [first, ...site.uses.uses.filter((use) => use !== first && kinds.includes(use.kind))].filter((use) => {
		const id = `${use.kind} ${use.function}`;
		return told.has(id) ? false : told.add(id);
	});
	return uses
		.slice(0, MOST_RELATED)
		.sort((a, b) => a.start - b.start)
		.map((use) => ({ start: use.start, end: use.end, message: `${site.name}: ${use.text}${inFunction(site, use)}` }));
}

/** The pinning function to use instead; with FOLL_LONGTERM one that takes it. */
export function pinning(file: FileContext, call: ApiCall, long: boolean): string {
	const { successor } = call.api.record;
	const refuses = long && successor === 'pin_user_pages_unlocked' && !file.kernel.atLeast('6.2');
	const exists = successor !== undefined && file.kernel.api(successor)?.signature !== undefined;
	return exists && !refuses ? successor : 'pin_user_pages_fast';
}

/** Note on what a long-term pin for writing no longer does: writable_file_mapping_allowed() in mm/gup.c, since 6.5. */
export function longTermCaution(file: FileContext, { call, flags }: ApiCall): readonly Related[] {
	const writes = flags?.some(({ bits, open }) => bits.has('FOLL_WRITE') || open) ?? false;
	const message = 'FOLL_WRITE with FOLL_LONGTERM fails with -EFAULT on file mappings that need dirty tracking';
	return writes && file.kernel.atLeast('6.5') ? [{ start: call.start, end: call.end, message }] : [];
}

/** " (in helper())" where that is not the taking function. */
export function inFunction(site: Site, use: Use): string {
	return use.function === site.call.fn?.name ? '' : ` (in ${use.function}())`;
}
