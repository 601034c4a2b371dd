/** Releases in functions that take pages, on paths which end in an error: nothing of what a success has left is released there. */
import type { CallExpr, FunctionIR } from '../../syntax/ir.js';
import { callsByBlock } from '../call-blocks.js';
import { allCalls } from '../callers.js';
import type { FileContext } from '../context.js';
import type { Exit, Walked } from './body.js';
import { isFailure } from './contract.js';
import { keyOn } from './fields.js';
import { keptIn, type Waiting } from './waiting.js';

/** Blocks that control may come to from one of these, and these. */
function reachableFrom({ blocks }: FunctionIR, starts: readonly number[]): ReadonlySet<number> {
	const found = new Set(starts);
	for (const id of found) for (const next of blocks[id]?.successors ?? []) found.add(next);
	return found;
}

/** The exit leaves pages in the field, as every success does. */
function keeps(fn: FunctionIR, exit: Exit, key: string): boolean {
	for (const holding of exit.state.holdings.values())
		if (holding.outcome !== 'none' && keptIn(fn, exit, holding) === key) return true;
	return false;
}

/** What a call of a taker releases is what the same run of it took: behind it the function takes no more, and fails or keeps all. */
export function isOfOwnRun({ fn, exits }: Walked, call: CallExpr, { key, isList }: Waiting): boolean {
	const calls = callsByBlock(fn);
	const own = calls.ofCall(call);
	if (own.length === 0) return false;
	const behind = reachableFrom(
		fn,
		own.flatMap((id) => fn.blocks[id]?.successors ?? []),
	);
	const isBehind = (other: CallExpr): boolean =>
		calls.ofCall(other).some((id) => behind.has(id) || (own.includes(id) && other.start > call.start));
	for (const exit of exits) {
		for (const holding of exit.state.holdings.values())
			if ((isList || keyOn(fn, exit.state, holding.place) === key) && isBehind(holding.call)) return false;
		if (isFailure(fn, exit) || keeps(fn, exit, key)) continue;
		const leaving = fn.blocks.filter(({ steps }) =>
			steps.some(({ kind, start }) => kind === 'return' && start === exit.start),
		);
		if (leaving.length === 0 || leaving.some(({ id }) => behind.has(id) || own.includes(id))) return false;
	}
	return true;
}

/** Functions that only takers call, themselves or through each other, where they release pages of their own run. */
export class FailureHelpers {
	private readonly file: FileContext;
	private readonly waiting: Waiting;
	private readonly known = new Map<string, boolean>();

	constructor(file: FileContext, waiting: Waiting) {
		this.file = file;
		this.waiting = waiting;
	}

	has(fn: FunctionIR): boolean {
		let known = this.known.get(fn.name);
		if (known === undefined) {
			// a function that calls itself is none
			this.known.set(fn.name, false);
			known = this.isOne(fn);
			this.known.set(fn.name, known);
		}
		return known;
	}

	private isOne(fn: FunctionIR): boolean {
		const sites = allCalls(this.file, fn);
		if (sites === undefined || sites.length === 0) return false;
		return sites.every((site) => {
			const taker = this.waiting.takers.get(site.fn);
			return taker ? isOfOwnRun(taker, site.call, this.waiting) : this.has(site.fn);
		});
	}
}
