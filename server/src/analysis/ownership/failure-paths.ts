/** Releases in functions that take pages, on paths which end in an error: nothing of what a success has left is released there. */
import { insertion, listCall } from '../../kernel/sinks/index.js';
import type { CallExpr, FileIR, FunctionIR, Range } from '../../syntax/ir.js';
import { callsByBlock } from '../call-blocks.js';
import { allCalls } from '../callers.js';
import type { FileContext } from '../context.js';
import { isFailure } from './contract.js';
import { FieldEffects } from './field-effects.js';
import { type FieldResidence, keptIn } from './field-residence.js';
import { keyOn } from './fields.js';
import type { Exit, FunctionResult } from './function-walk.js';

/** Blocks that control may come to from one of these, and these. */
function reachableFrom({ blocks }: FunctionIR, starts: readonly number[]): ReadonlySet<number> {
	const found = new Set(starts);
	for (const id of found) for (const next of blocks[id]?.successors ?? []) found.add(next);
	return found;
}

/** The exit leaves pages in the field, as every success does. */
export function keeps(fn: FunctionIR, exit: Exit, key: string): boolean {
	for (const holding of exit.state.holdings.values())
		if (holding.outcome !== 'none' && keptIn(fn, exit, holding) === key) return true;
	return false;
}

/** A place of a function: the blocks it is lowered to, and where it stands. */
interface Point {
	readonly blocks: readonly number[];
	readonly start: number;
}

function isBehind({ blocks, start }: Point, of: Point, behind: ReadonlySet<number>): boolean {
	return blocks.some((id) => behind.has(id) || (of.blocks.includes(id) && start > of.start));
}

/** What a taker releases there is what the same run of it took: behind it the function takes no more, and fails or keeps all. */
function isOfOwnRun({ fn, exits }: FunctionResult, at: Point, { key, isList }: FieldResidence): boolean {
	const calls = callsByBlock(fn);
	const behind = reachableFrom(
		fn,
		at.blocks.flatMap((id) => fn.blocks[id]?.successors ?? []),
	);
	for (const exit of exits) {
		for (const { place, call } of exit.state.holdings.values()) {
			const taking = { blocks: calls.ofCall(call), start: call.start };
			if ((isList || keyOn(fn, exit.state, place) === key) && isBehind(taking, at, behind)) return false;
		}
		if (isFailure(fn, exit) || keeps(fn, exit, key)) continue;
		const leaving = fn.blocks.filter(({ steps }) =>
			steps.some(({ kind, start }) => kind === 'return' && start === exit.start),
		);
		if (leaving.length === 0 || leaving.some(({ id }) => behind.has(id) || at.blocks.includes(id))) return false;
	}
	return true;
}

/** The same of what a call releases. */
export function releasesOwnRun(taker: FunctionResult, call: CallExpr, waiting: FieldResidence): boolean {
	const blocks = callsByBlock(taker.fn).ofCall(call);
	return blocks.length > 0 && isOfOwnRun(taker, { blocks, start: call.start }, waiting);
}

/** The same of all that a taker does with the field, but for the calls that put pages there. */
export function usesOwnRun(ir: FileIR, taker: FunctionResult, waiting: FieldResidence): boolean {
	const filling: Range[] = taker.fn.calls.flatMap((call) => {
		const into = listCall(call.name)?.into ?? insertion(call.name)?.into;
		return into === undefined ? [] : call;
	});
	for (const { state } of taker.exits) for (const { call } of state.holdings.values()) filling.push(call);
	return new FieldEffects(ir, taker.fn, waiting).open.every(({ block, start, end }) => {
		if (filling.some((one) => one.start <= start && end <= one.end)) return true;
		return isOfOwnRun(taker, { blocks: [block], start }, waiting);
	});
}

/** Functions that only takers call, themselves or through each other, where they release pages of their own run. */
export class FailureHelpers {
	private readonly file: FileContext;
	private readonly waiting: FieldResidence;
	private readonly known = new Map<string, boolean>();

	constructor(file: FileContext, waiting: FieldResidence) {
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
			return taker ? releasesOwnRun(taker, site.call, this.waiting) : this.has(site.fn);
		});
	}
}
