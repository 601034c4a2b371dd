/** Worklist in reverse postorder, so that paths join before they continue. */
import type { FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';

/** Place of each block in reverse postorder, the body of a loop before what follows the loop; -1 where control never comes. */
export const orderOf = memoize((fn: FunctionIR): readonly number[] => {
	const order: number[] = fn.blocks.map(() => -1);
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
	return order;
});

/** Things to do, each at a block; what waits already is not added again. */
export class Worklist<T> {
	private readonly order: readonly number[];
	/** By the place of their block. */
	private readonly waiting = new Map<number, Set<T>>();
	/** Places at which something waits: a binary heap, the first at its root. */
	private readonly heap: number[] = [];

	constructor(fn: FunctionIR) {
		this.order = orderOf(fn);
	}

	add(block: number, item: T): void {
		const place = this.order[block] as number;
		const items = this.waiting.get(place);
		if (items) {
			items.add(item);
			return;
		}
		this.waiting.set(place, new Set([item]));
		this.push(place);
	}

	/** @returns undefined when nothing is left */
	next(): T | undefined {
		const place = this.heap[0];
		const items = place === undefined ? undefined : this.waiting.get(place);
		if (place === undefined || !items) return undefined;
		const [item] = items;
		items.delete(item as T);
		if (items.size === 0) {
			this.waiting.delete(place);
			this.pop();
		}
		return item;
	}

	private push(place: number): void {
		const { heap } = this;
		let at = heap.length;
		heap.push(place);
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if ((heap[parent] as number) <= place) break;
			heap[at] = heap[parent] as number;
			at = parent;
		}
		heap[at] = place;
	}

	private pop(): void {
		const { heap } = this;
		const last = heap.pop() as number;
		if (heap.length === 0) return;
		let at = 0;
		for (let child = 1; child < heap.length; child = 2 * at + 1) {
			if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
			if ((heap[child] as number) >= last) break;
			heap[at] = heap[child] as number;
			at = child;
		}
		heap[at] = last;
	}
}
