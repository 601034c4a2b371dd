/** Blocks that the calls of a function stand in. */

import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { postorder, roots } from './walk.js';

export interface CallBlocks {
	/** A call may be lowered into several: a test that is asked again. */
	ofCall(call: CallExpr): readonly number[];
	ofName(name: string): readonly number[];
}

export const callsByBlock = memoize(collect);

function collect(fn: FunctionIR): CallBlocks {
	const byCall = new Map<CallExpr, number[]>();
	const byName = new Map<string, number[]>();
	for (const { id, steps, test } of fn.blocks) {
		const add = <K>(map: Map<K, number[]>, key: K): void => {
			const blocks = map.get(key);
			if (!blocks) map.set(key, [id]);
			else if (blocks.at(-1) !== id) blocks.push(id);
		};
		for (const root of [...steps.flatMap(roots), ...(test ? [test] : [])])
			postorder(root, (expr) => {
				if (expr.kind !== 'call') return;
				add(byCall, expr);
				add(byName, expr.name);
			});
	}
	return { ofCall: (call) => byCall.get(call) ?? [], ofName: (name) => byName.get(name) ?? [] };
}
