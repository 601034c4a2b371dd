/** Whether pages are taken and given back under the same kind of an object, while pages of another origin have another kind. */
import { callsOf } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { testsAt } from '../analysis/path-tests.js';
import { bare, place } from '../analysis/walk.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';

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
