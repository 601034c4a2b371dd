/** What releases the pages of a site, as far as the file shows. */

import { callsOf } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Uses } from '../analysis/derived-values/index.js';
import { lifecycles, type ResourceLifecycle } from '../analysis/ownership/lifecycle.js';
import { originOf } from '../analysis/points-to-query.js';
import { grouped } from '../syntax/grouped.js';
import type { Range } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';

export interface Released extends Range {
	readonly name: string;
	/** The function it stands in. */
	readonly function: string | undefined;
	/** What it does, in words: "releases them". */
	readonly does: string;
}

const journeysByTaking = memoize((file: FileContext) =>
	grouped(lifecycles(file), (journey) => journey.taking.call.start),
);

function journeysOf(file: FileContext, call: ApiCall): readonly ResourceLifecycle[] {
	return journeysByTaking(file).get(call.call.start) ?? [];
}

/** What ends a walk of the page tables, or gives back all that a bio was filled with: it names no page that could be followed. */
function named(file: FileContext, { api, fn }: ApiCall): readonly Released[] {
	const { group, takes, releasedBy } = api.record;
	const walks = group === 'walk' && takes === 'none';
	if (!walks && !(group === 'helper' && takes === 'extracted')) return [];
	const functions = walks ? (fn ? [fn] : []) : releasedBy.flatMap((name) => file.ir.naming(name));
	return functions.flatMap((one) =>
		one.calls
			.filter(({ name }) => releasedBy.includes(name))
			.map(({ name, nameRange: { start, end } }) => ({
				start,
				end,
				name,
				function: one.name,
				does: walks ? 'ends the walk' : 'releases them',
			})),
	);
}

/** Calls of one releasing function by the taking calls that their pages come from. */
type ByTaking = ReadonlyMap<number, readonly Released[]>;

const releasesByOrigin = memoize((_: FileContext) => new Map<string, ByTaking>());

/** Releases of pages that no path was followed to: where they come from is asked the other way round. */
function byOrigin(file: FileContext, call: ApiCall): readonly Released[] {
	const known = releasesByOrigin(file);
	return call.api.record.releasedBy.flatMap((name) => {
		let byTaking = known.get(name);
		if (!byTaking) {
			byTaking = originsOf(file, name);
			known.set(name, byTaking);
		}
		return byTaking.get(call.call.start) ?? [];
	});
}

function originsOf(file: FileContext, name: string): ByTaking {
	const found = new Map<number, Released[]>();
	for (const { fn, call } of callsOf(file, name)) {
		const [pages] = call.args;
		if (!pages) continue;
		const { start, end } = call.nameRange;
		const release = { start, end, name, function: fn.name, does: 'releases them' };
		for (const taking of new Set([...originOf(file, fn, pages).taken].map((taken) => taken.call.start)))
			if (!found.get(taking)?.push(release)) found.set(taking, [release]);
	}
	return found;
}

/** Calls that give the pages of `call` back, each name of a function once for each function it stands in. */
export function releasesOf(file: FileContext, call: ApiCall, { uses }: Uses): readonly Released[] {
	const found = new Map<string, Released>();
	const add = (range: Range, where: string | undefined, does = 'releases them'): void => {
		const name = file.slice(range);
		if (/^\w+$/.test(name))
			found.set(`${name} ${where}`, { start: range.start, end: range.end, name, function: where, does });
	};
	for (const journey of journeysOf(file, call))
		for (const release of journey.releases) add(release.call.nameRange, release.function);
	for (const use of uses) if (use.kind === 'released') add({ start: use.start, end: use.end }, use.function);
	for (const release of named(file, call)) add(release, release.function, release.does);
	if (found.size === 0) for (const release of byOrigin(file, call)) add(release, release.function);
	return [...found.values()].sort((a, b) => a.start - b.start);
}
