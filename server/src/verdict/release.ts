/** What gives the pages of a site back, as far as the file shows. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Journey, journeys } from '../analysis/ownership/journey.js';
import { originOf } from '../analysis/page-origin.js';
import type { Uses } from '../analysis/uses/index.js';
import type { CallExpr, FunctionIR, Range } from '../syntax/ir.js';

export interface Released extends Range {
	readonly name: string;
	/** The function it stands in. */
	readonly function: string | undefined;
	/** What it does, in words: "gives them back". */
	readonly does: string;
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
				does: walks ? 'ends the walk' : 'gives them back',
			})),
	);
}

/** Releases of pages that no path was followed to: where they come from is asked the other way round. */
function byOrigin(file: FileContext, call: ApiCall): readonly Released[] {
	return call.api.record.releasedBy.flatMap((name) =>
		file.ir
			.naming(name)
			.flatMap((fn) =>
				fn.calls
					.filter((release) => release.name === name && isOf(file, fn, release, call))
					.map(({ nameRange: { start, end } }) => ({ start, end, name, function: fn.name, does: 'gives them back' })),
			),
	);
}

function isOf(file: FileContext, fn: FunctionIR, release: CallExpr, { call }: ApiCall): boolean {
	const [pages] = release.args;
	if (!pages) return false;
	return [...originOf(file, fn, pages).taken].some((taking) => taking.call.start === call.start);
}

/** Calls that give the pages of `call` back, each name of a function once for each function it stands in. */
export function releasesOf(file: FileContext, call: ApiCall, { uses }: Uses): readonly Released[] {
	const found = new Map<string, Released>();
	const add = (range: Range, where: string | undefined, does = 'gives them back'): void => {
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
