/** Which definitions of a variable reach a point of its function. */
import type { FunctionIR } from '../syntax/ir.js';

/** A point of a function: a block, and the time at which it was gone through, which grows within a block. */
export interface Point {
	readonly block: number;
	readonly time: number;
}

interface Definition<D> {
	readonly time: number;
	readonly what: D;
}

export class Definitions<D> {
	private readonly fn: FunctionIR;
	/** By variable and block, in the order of time. */
	private readonly all = new Map<string, Map<number, Definition<D>[]>>();
	private predecessors: readonly (readonly number[])[] | undefined;

	constructor(fn: FunctionIR) {
		this.fn = fn;
	}

	/** The variable has another value from here on. Points of one block are told in their order. */
	define(name: string, { block, time }: Point, what: D): void {
		const blocks = this.all.get(name) ?? new Map<number, Definition<D>[]>();
		this.all.set(name, blocks);
		const here = blocks.get(block);
		if (here) here.push({ time, what });
		else blocks.set(block, [{ time, what }]);
	}

	/** @returns undefined where it takes too long to find out, or where none of them does */
	reaching(name: string, { block, time }: Point): readonly D[] | undefined {
		const blocks = this.all.get(name);
		const own = blocks?.get(block)?.findLast((one) => one.time < time);
		if (own) return [own.what];
		if (!blocks) return undefined;
		const found = new Set<D>();
		const { effort } = this.fn;
		const before = this.before();
		const seen = new Set(before[block]);
		for (const id of seen) {
			if (!effort.spend(1)) return undefined;
			const last = blocks.get(id)?.at(-1);
			if (last) found.add(last.what);
			else for (const next of before[id] ?? []) seen.add(next);
		}
		return found.size > 0 ? [...found] : undefined;
	}

	private before(): readonly (readonly number[])[] {
		if (this.predecessors) return this.predecessors;
		const before: number[][] = this.fn.blocks.map(() => []);
		for (const { id, successors } of this.fn.blocks) for (const next of successors) before[next]?.push(id);
		this.predecessors = before;
		return before;
	}
}
