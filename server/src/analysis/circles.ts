/** Blocks of a function that control can come back to. */

import type { FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';

/** Blocks that lie on a circle, of a loop or of jumps. */
export const circlesOf = memoize(search);

/** Tarjan's strongly connected components, with a stack of its own: a function may have more blocks than calls may nest. */
function search({ blocks }: FunctionIR): ReadonlySet<number> {
	const found = new Set<number>();
	const index = new Int32Array(blocks.length).fill(-1);
	const low = new Int32Array(blocks.length);
	const waits = new Uint8Array(blocks.length);
	const component: number[] = [];
	const open: { readonly id: number; next: number }[] = [];
	let count = 0;
	const enter = (id: number): void => {
		index[id] = low[id] = count++;
		waits[id] = 1;
		component.push(id);
		open.push({ id, next: 0 });
	};
	const leave = (id: number): void => {
		if (low[id] !== index[id]) return;
		const from = component.lastIndexOf(id);
		const members = component.splice(from);
		const isCircle = members.length > 1 || (blocks[id]?.successors.includes(id) ?? false);
		for (const member of members) {
			waits[member] = 0;
			if (isCircle) found.add(member);
		}
	};
	for (const { id: start } of blocks) {
		if (index[start] !== -1) continue;
		enter(start);
		for (let top = open.at(-1); top; top = open.at(-1)) {
			const { id } = top;
			const next = blocks[id]?.successors[top.next++];
			if (next === undefined) {
				open.pop();
				leave(id);
				const outer = open.at(-1)?.id;
				if (outer !== undefined) low[outer] = Math.min(low[outer] as number, low[id] as number);
			} else if (index[next] === -1) enter(next);
			else if (waits[next]) low[id] = Math.min(low[id] as number, index[next] as number);
		}
	}
	return found;
}
