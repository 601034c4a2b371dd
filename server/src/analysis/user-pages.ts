/** Whether a page is one of user space that this file took, told by its way there or by the way it is given back. */

import { acquires } from '../kernel/acquiring.js';
import { grouped } from '../syntax/grouped.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { ApiCall, FileContext } from './context.js';
import { flowIndex } from './flow-index.js';
import { holdersOf } from './holders.js';
import { keyOf, locate } from './page-places.js';
import { flagTests, testsAt } from './path-tests.js';
import type { Source } from './points-to-constraints.js';
import { isAllTaken, originOf } from './points-to-query.js';

export interface UserPage {
	/** The calls that took it; empty where only its release tells. */
	readonly taken: readonly ApiCall[];
	/** The release that shows it to be a pinned page, where no taking call does. */
	readonly release?: CallExpr;
}

const metAt = memoize((fn: FunctionIR, calls: readonly ApiCall[]) => grouped(holdersOf(fn, calls), ({ call }) => call));

/** What a call's argument holds on the path to it. */
function heldAt(file: FileContext, fn: FunctionIR, call: CallExpr, page: Expr): UserPage | 'mixed' | undefined {
	const calls = file.callsOf(fn);
	if (!calls.some((other) => acquires(other.api.record))) return undefined;
	let found: UserPage | 'mixed' | undefined;
	for (const { held } of metAt(fn, calls).get(call) ?? []) {
		const holder = held.at(page)?.holder;
		if (!holder) continue;
		const mixed = holder.kinds.has('other') || holder.taken.length === 0;
		found = mixed || found === 'mixed' ? 'mixed' : { taken: [...new Set([...(found?.taken ?? []), ...holder.taken])] };
	}
	return found;
}

/** Places of `fn` whose pages may stand in the place of `page`, and that place itself. */
function sourcesOf(file: FileContext, fn: FunctionIR, page: Expr): ReadonlySet<string> {
	const start = locate(page, fn, file.ir);
	const keys = new Set(start ? [keyOf(start)] : []);
	for (const key of keys) {
		const flows = flowIndex(file).within(fn, key);
		fn.effort.spend(1 + flows.length);
		for (const { into, from } of flows) if (from.kind === 'place' && keyOf(into) === key) keys.add(keyOf(from.place));
	}
	return keys;
}

/** A release of pins, with the flags that are asked before. */
interface Unpin {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** Position among all of the file. */
	readonly order: number;
}

/** Releases of pins by the place they release. */
const unpinsOf = memoize((file: FileContext): ReadonlyMap<string, readonly Unpin[]> => {
	const found = file.calls.flatMap(({ api, fn, call }, order) => {
		const arg = api.record.group === 'release' && api.record.takes === 'pin' ? call.args[0] : undefined;
		const place = arg && fn && locate(arg, fn, file.ir);
		return place ? [{ key: keyOf(place), fn, call, order }] : [];
	});
	return grouped(found, ({ key }) => key);
});

/** A release of pins of the same place which is reached under no other flags than `call`. */
function unpinOf(file: FileContext, fn: FunctionIR, call: CallExpr, page: Expr): CallExpr | undefined {
	const unpins = [...sourcesOf(file, fn, page)].flatMap((key) => unpinsOf(file).get(key) ?? []);
	if (unpins.length === 0) return undefined;
	const flags = new Set(flagTests(testsAt(fn, call)).map(({ text, truth }) => `${text} ${truth}`));
	for (const release of unpins.sort((a, b) => a.order - b.order)) {
		if (!fn.effort.spend(1)) return undefined;
		const asked = flagTests(testsAt(release.fn, release.call));
		const shared = asked.every(({ text, truth }) => flags.has(`${text} ${truth}`));
		// in another function only a flag both ask shows that they speak of the same pages
		if (shared && (release.fn === fn || asked.some(({ text }) => text.includes('<struct ')))) return release.call;
	}
	return undefined;
}

const OTHER: ReadonlySet<Source['kind']> = new Set(['allocated', 'found', 'borrowed']);

/** The function stores pages of another origin into the same field on some path. */
function isFilledOtherwise(file: FileContext, fn: FunctionIR, page: Expr): boolean {
	const place = locate(page, fn, file.ir);
	if (place?.root.kind !== 'record') return false;
	const key = keyOf(place);
	return flowIndex(file)
		.within(fn, key)
		.some(({ into, from }) => OTHER.has(from.kind) && keyOf(into) === key);
}

/** How the page `page` denotes, an argument of `call`, is known to be of user space; undefined where it is not. */
export function userPage(file: FileContext, fn: FunctionIR, call: CallExpr, page: Expr): UserPage | undefined {
	const held = heldAt(file, fn, call, page);
	if (held && held !== 'mixed' && !isFilledOtherwise(file, fn, page)) return held;
	const origin = originOf(file, fn, page);
	if (isAllTaken(origin)) return { taken: [...origin.taken] };
	const release = unpinOf(file, fn, call, page);
	return release && { taken: [...origin.taken], release };
}
