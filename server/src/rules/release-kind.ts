/** What the rules about a wrong release share: releases of another kind than the pages carry. */

import { callsOf } from '../analysis/callers.js';
import { isForSomeKernels } from '../analysis/compat.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Held, holdersOf } from '../analysis/holders.js';
import { withoutGhostMark } from '../analysis/ownership/ghost-names.js';
import { ownershipOf } from '../analysis/ownership/ownership.js';
import { PAGE_FREES } from '../kernel/function-models.js';
import type { Role } from '../kernel/types.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { Related } from './rule.js';

export interface Mismatch {
	readonly fn: FunctionIR;
	/** The releasing call. */
	readonly release: CallExpr;
	/** The call in this file that leads to it, when it stands in another one. */
	readonly via?: CallExpr;
	/** The place that is released: "pages", "umem->pgs". */
	readonly place: string;
	readonly kind: Held;
	/** The call(s) that took the pages. */
	readonly taken: readonly ApiCall[];
	/** Taken in one function and released in another. */
	readonly across: boolean;
	/** Another path may bring other pages to the same release. */
	readonly onSomePaths?: boolean;
}

/** Calls that `isRelease` picks, on pages that were taken as one kind of `kinds` and nothing else on every path. */
export function releasesOf(
	file: FileContext,
	kinds: readonly Held[],
	isRelease: (call: CallExpr, api: ApiCall | undefined) => boolean,
): Mismatch[] {
	const found: Mismatch[] = [];
	const seen = new Set<CallExpr>();
	for (const fn of file.ir.functions) {
		const calls = file.callsOf(fn);
		const takes = calls.filter((call) => call.api.record.group !== 'release');
		if (!fn.hasNoSyntaxErrors || !takes.some((call) => kinds.includes(call.api.record.takes as Held))) continue;
		const releases = new Set(fn.calls.filter((call) => isRelease(call, file.apiCall(call))));
		if (releases.size === 0 || takes.some((call) => !call.api.signature)) continue;
		for (const { call, held } of holdersOf(fn, calls)) {
			const arg = releases.has(call) ? call.args[0] : undefined;
			const at = arg && held.at(arg);
			const [kind] = at?.holder.kinds ?? [];
			if (!at || !kind || at.holder.shared || at.holder.kinds.size !== 1 || !kinds.includes(kind)) continue;
			if (seen.has(call)) continue;
			seen.add(call);
			found.push({ fn, release: call, place: at.name, kind, taken: at.holder.taken, across: false });
		}
	}
	return found;
}

/** Releases by `released` of pages that were taken as `taken` on every path, here or in another function of the file. */
export function mismatches(file: FileContext, taken: Held, released: 'reference' | 'pin'): Mismatch[] {
	const here = releasesOf(
		file,
		[taken],
		(_, api) => api?.api.record.group === 'release' && api.api.record.takes === released,
	);
	const seen = new Set(here.map(({ release }) => release));
	return [
		...here,
		...[...throughHelpers(file, taken, released), ...throughFields(file, taken, released)].filter(
			({ release }) => !seen.has(release) && seen.add(release),
		),
	];
}

/** A function of the file releases what it is given: wrong where it does so, when all its callers give it such pages. */
function throughHelpers(file: FileContext, taken: Held, released: string): Mismatch[] {
	const wrong = ownershipOf(file).events.flatMap(({ fn, event }) =>
		event.kind === 'mismatch' &&
		event.holding.kind === taken &&
		!mayFit(file, event.release, taken) &&
		gives(file, event.inner, released) &&
		// in an arm that a feature test decides: the other arm may suit the taking call of this kernel
		!isForSomeKernels(file.ir, event.inner.start)
			? [{ fn, event }]
			: [],
	);
	const starts = new Set(wrong.map(({ event }) => event.release.start));
	return wrong.map(({ fn, event }) => {
		const { inner, release, holding } = event;
		if (inner === release)
			return { fn, release, place: holding.place, kind: taken, taken: [holding.acquire], across: true };
		const everywhere = callsOf(file, release.name).every(({ call }) => starts.has(call.start));
		const elsewhere = !file.unit.isOwn(inner) && file.unit.isOwn(release);
		return {
			fn,
			release: everywhere || elsewhere ? inner : release,
			...(elsewhere && { via: release }),
			place: withoutGhostMark(holding.place),
			kind: taken,
			taken: [holding.acquire],
			across: true,
		};
	});
}

/** Some path brings pages of another kind to this release. */
function mayFit(file: FileContext, release: CallExpr, taken: Held): boolean {
	return ownershipOf(file)
		.releasesAt(release)
		.some(({ holding }) => holding.kind !== taken);
}

function gives(file: FileContext, call: CallExpr, released: string): boolean {
	const api = file.apiCall(call)?.api.record;
	return api?.group === 'release' && api.takes === released;
}

/** The pages wait in a field of an object: every function of the file takes them as one kind, this one releases another. */
function throughFields(file: FileContext, taken: Held, released: string): Mismatch[] {
	return ownershipOf(file).fields.flatMap(({ takes, releases }) => {
		// what a taking function frees is what its last call has left there
		const isElsewhere = (fn: FunctionIR): boolean => released === 'freed' || !takes.some((take) => take.fn === fn);
		const elsewhere = releases.filter((use) => isElsewhere(use.fn));
		if (takes.some((use) => use.held !== taken) || elsewhere.some((use) => use.held === taken)) return [];
		return elsewhere
			.filter((use) => use.held === released)
			.map((use) => ({
				fn: use.fn,
				release: use.call,
				place: withoutGhostMark(use.place).replaceAll('[]', ''),
				kind: taken,
				taken: takes.flatMap((take) => file.apiCall(take.call) ?? []),
				across: true,
			}));
	});
}

/** Pages of user space that are given to the page allocator: on some path, or where they wait in a field. */
export function freedPages(file: FileContext): Mismatch[] {
	const onPaths = ownershipOf(file).events.flatMap(({ fn, event }): Mismatch[] => {
		if (event.kind !== 'mismatch' || !PAGE_FREES.has(event.inner.name)) return [];
		const { holding, release } = event;
		if (holding.kind !== 'reference' && holding.kind !== 'pin') return [];
		const place = withoutGhostMark(holding.place);
		return [{ fn, release, place, kind: holding.kind, taken: [holding.acquire], across: true, onSomePaths: true }];
	});
	return [...onPaths, ...(['reference', 'pin'] as const).flatMap((taken) => throughFields(file, taken, 'freed'))];
}

/** A release that gives back what the wrong one should have. */
export interface Counterpart {
	readonly name: string;
	/** It is told a number as well, which is one. */
	readonly addsCount: boolean;
}

/** Arguments of a release that say what is given back, each with those that may stand for it. */
const RELEASED: readonly (readonly [given: Role, accepted: readonly Role[]])[] = [
	['page', ['page']],
	['folio', ['folio']],
	['pages', ['pages', 'folios']],
];

/** The release of the same shape among those that the records of the taking calls name; undefined where there is none. */
export function counterpartOf(
	file: FileContext,
	release: CallExpr,
	taken: readonly ApiCall[],
): Counterpart | undefined {
	const wrong = file.apiCall(release)?.api;
	const [, accepted] = RELEASED.find(([given]) => wrong?.index(given) === 0) ?? [];
	if (!wrong || !accepted || wrong.index('dirty') >= 0) return undefined;
	const all = taken.map((call) => call.api.record.releasedBy);
	const counts = wrong.index('count') >= 0;
	for (const name of all[0] ?? []) {
		const api = file.kernel.api(name);
		if (!api?.signature || api.index('dirty') >= 0 || !all.every((names) => names.includes(name))) continue;
		if (!accepted.some((role) => api.index(role) === 0)) continue;
		const addsCount = api.index('count') >= 0 && !counts;
		if (counts && api.index('count') < 0) continue;
		return { name, addsCount };
	}
	return undefined;
}

/** "put_page()", or "put_page() in duck_put()" */
export function releaser({ release, via }: Mismatch): string {
	return via ? `${via.name}(), which calls ${release.name}(),` : `${release.name}()`;
}

/** Where pages were taken, and where they are released when that is in another file. */
export function ends({ release, via, taken }: Mismatch, message: string): Related[] {
	const there = via ? [{ ...release.nameRange, message: `${release.name}() is called here` }] : [];
	return [...taken.map((call) => ({ ...call.call.nameRange, message })), ...there];
}

/** "pin_user_pages() or pin_user_pages_fast()" */
export function takers(taken: readonly ApiCall[]): string {
	return [...new Set(taken.map((call) => `${call.call.name}()`))].join(' or ');
}
