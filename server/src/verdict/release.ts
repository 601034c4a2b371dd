/** What gives the pages of a site back, as far as the file shows. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Journey, journeys } from '../analysis/ownership/journey.js';
import type { Uses } from '../analysis/uses/index.js';
import type { Range } from '../syntax/ir.js';

export interface Released extends Range {
	readonly name: string;
	/** The function it stands in. */
	readonly function: string | undefined;
}

const BY_TAKING = new WeakMap<FileContext, ReadonlyMap<number, readonly Journey[]>>();

function journeysOf(file: FileContext, call: ApiCall): readonly Journey[] {
	let known = BY_TAKING.get(file);
	if (!known) {
		const all = new Map<number, Journey[]>();
		for (const journey of journeys(file)) {
			const { start } = journey.taking.call;
			all.set(start, [...(all.get(start) ?? []), journey]);
		}
		known = all;
		BY_TAKING.set(file, known);
	}
	return known.get(call.call.start) ?? [];
}

/** Calls that give the pages of `call` back, each name of a function once for each function it stands in. */
export function releasesOf(file: FileContext, call: ApiCall, { uses }: Uses): readonly Released[] {
	const found = new Map<string, Released>();
	const add = (range: Range, where: string | undefined): void => {
		const name = file.slice(range);
		if (/^\w+$/.test(name)) found.set(`${name} ${where}`, { ...range, name, function: where });
	};
	for (const journey of journeysOf(file, call))
		for (const release of journey.releases) add(release.call.nameRange, release.function);
	for (const use of uses) if (use.kind === 'released') add({ start: use.start, end: use.end }, use.function);
	return [...found.values()].sort((a, b) => a.start - b.start);
}
