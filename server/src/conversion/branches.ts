/** Whether pages are taken and given back under the same kind of an object, while pages of another origin have another kind. */
import { callsOf } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { flowIndex } from '../analysis/flow-index.js';
import type { Source } from '../analysis/page-flows.js';
import { keyOf, locate, type PagePlace } from '../analysis/page-places.js';
import { conditionText, flagTests, testsAt } from '../analysis/path-tests.js';
import { bare, place } from '../analysis/walk.js';
import { FREES_PAGES, RELEASES } from '../kernel/giving-back.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';

/** Callers that are asked in turn. */
const DEEPEST = 4;

const CONSTANT = /^(?!NULL$)[A-Z][A-Z0-9_]+$/;

/** What something was found equal to: "<struct example_buf>.type == EXAMPLE_USER". */
interface Kind {
	readonly constant: string;
	/** Last word of what was compared: "type" of `buf->type` and of the parameter it was set from. */
	readonly word: string;
}

/** Kinds that were found on every path to a call, here and in all callers that are seen; by constant. */
function kindsAt(file: FileContext, fn: FunctionIR, call: CallExpr, depth = 0): ReadonlyMap<string, Kind> {
	const found = new Map<string, Kind>();
	for (const { test, truth } of testsAt(fn, call).values()) {
		const at = bare(test);
		if (!truth || at.kind !== 'binary' || at.op !== '==') continue;
		for (const [side, other] of [
			[bare(at.left), at.right],
			[bare(at.right), at.left],
		] as const) {
			const word = /\w+$/.exec(place(other) ?? '')?.[0];
			if (side.kind === 'name' && CONSTANT.test(side.name) && word) found.set(side.name, { constant: side.name, word });
		}
	}
	const sites = depth < DEEPEST ? callsOf(file, fn.name).filter((site) => site.fn.name !== fn.name) : [];
	const [first, ...rest] = sites.map((site) => kindsAt(file, site.fn, site.call, depth + 1));
	for (const [name, kind] of first ?? []) if (rest.every((other) => other.has(name))) found.set(name, kind);
	return found;
}

/** One kind decides that each of the calls takes the pages and that `release` gives them back. */
export function sharesBranch(
	file: FileContext,
	takings: readonly ApiCall[],
	fn: FunctionIR,
	release: CallExpr,
): boolean {
	const there = kindsAt(file, fn, release);
	return takings.every(({ fn: taker, call }) => {
		const here = taker && kindsAt(file, taker, call);
		return here && [...here].some(([name, { word }]) => there.get(name)?.word === word);
	});
}

/**
 * The release of the same place in the other branch of a test, where one of both is for pages of the page allocator:
 * `if (cmd->copied) __free_page(sg_page(sg)); else put_page(sg_page(sg));`. Whose pages are there, the code itself tells.
 */
export function alternativeOf(fn: FunctionIR, release: CallExpr): CallExpr | undefined {
	const pages = releasedBy(release);
	if (!pages) return undefined;
	const text = conditionText(pages, fn);
	const here = testsAt(fn, release);
	return fn.calls.find((other) => {
		const others = releasedBy(other);
		if (!others || FREES_PAGES.test(other.name) === FREES_PAGES.test(release.name)) return false;
		if (conditionText(others, fn) !== text) return false;
		return flagTests(testsAt(fn, other)).some(({ text: asked, truth }) => here.has(`${asked} ${!truth}`));
	});
}

function releasedBy({ name, args }: CallExpr): Expr | undefined {
	return args[RELEASES.get(name) ?? -1];
}

/** The function fills the place itself with pages of the page allocator, and with nothing else. */
export function allocatesInto(file: FileContext, fn: FunctionIR, release: CallExpr): boolean {
	const pages = releasedBy(release);
	const place = pages && locate(pages, fn, file.ir);
	const sources = place ? sourcesWithin(file, fn, place) : [];
	return sources.length > 0 && sources.every(({ kind }) => kind === 'allocated');
}

/** Where a function has the pages of a place from, by its own stores; places that it only reads are left out. */
function sourcesWithin(file: FileContext, fn: FunctionIR, first: PagePlace): readonly Source[] {
	const found: Source[] = [];
	const places = [first];
	const seen = new Set<string>();
	for (let place = places.pop(); place; place = places.pop()) {
		const key = keyOf(place);
		if (seen.has(key)) continue;
		seen.add(key);
		for (const { into, from, how } of flowIndex(file).within(fn, key)) {
			const isInto = keyOf(into) === key;
			if (!isInto && how === 'alias') places.push(into);
			else if (isInto && from.kind === 'place') places.push(from.place);
			else if (isInto && from.kind !== 'nothing') found.push(from);
		}
	}
	return found;
}

/** `release` is only reached under another kind than the one under which the pages are taken. */
export function hasOtherBranch(
	file: FileContext,
	{ fn: taker, call }: ApiCall,
	fn: FunctionIR,
	release: CallExpr,
): boolean {
	const there = [...kindsAt(file, fn, release).values()];
	const here = taker ? [...kindsAt(file, taker, call).values()] : [];
	return here.some(({ constant, word }) => there.some((kind) => kind.word === word && kind.constant !== constant));
}
