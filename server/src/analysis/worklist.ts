/** Blocks of a function that wait for their turn: the one that comes first on every way goes first, so that ways meet before they go on. */
import type { FunctionIR } from '../syntax/ir.js';

const orders = new WeakMap<FunctionIR, readonly number[]>();

/** Place of each block in reverse postorder, the body of a loop before what follows the loop. */
function orderOf(fn: FunctionIR): readonly number[] {
	const known = orders.get(fn);
	if (known) return known;
	const order: number[] = fn.blocks.map(() => 0);
	let place = fn.blocks.length;
	const seen = new Uint8Array(place);
	// a stack of our own: a function may have more blocks than calls may nest
	const open: { readonly id: number; next: number }[] = [];
	const enter = (id: number): void => {
		seen[id] = 1;
		open.push({ id, next: (fn.blocks[id]?.successors.length ?? 0) - 1 });
	};
	if (place > 0) enter(0);
	for (let top = open.at(-1); top; top = open.at(-1)) {
		const successor = top.next >= 0 ? fn.blocks[top.id]?.successors[top.next--] : undefined;
		if (successor !== undefined) {
			if (!seen[successor]) enter(successor);
			continue;
		}
		order[top.id] = --place;
		open.pop();
	}
	orders.set(fn, order);
	return order;
}

/** Things to do, each at a block; what waits already is not added again. */
export class Worklist<T> {
	private readonly order: readonly number[];
	private readonly waiting: readonly Set<T>[];
	/** Nothing waits before this place. */
	private at = 0;

	constructor(fn: FunctionIR) {
		this.order = orderOf(fn);
		this.waiting = fn.blocks.map(() => new Set());
	}

	add(block: number, item: T): void {
		const place = this.order[block] as number;
		this.waiting[place]?.add(item);
		this.at = Math.min(this.at, place);
	}

	/** @returns undefined when nothing is left */
	next(): T | undefined {
		for (; this.at < this.waiting.length; this.at++) {
			for (const item of this.waiting[this.at] ?? []) {
				this.waiting[this.at]?.delete(item);
				return item;
			}
		}
		return undefined;
	}
}
