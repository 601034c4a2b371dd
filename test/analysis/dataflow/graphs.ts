/** Control-flow graphs of any shape, without C behind them: what the solver sees of a function. */
import fc from 'fast-check';
import { Effort, FileEffort } from '../../../server/src/syntax/effort.js';
import type { Block, Expr, FunctionIR, Step } from '../../../server/src/syntax/ir.js';

/** Offset of a step: a number of its own, by which transfer functions tell it from the others. */
function step(at: number): Step {
	return { start: at, end: at + 1, kind: 'eval', expr: { start: at, end: at + 1, kind: 'name', name: `s${at}` } };
}

export function graphOf(shape: readonly (readonly number[])[]): FunctionIR {
	const test: Expr = { start: 0, end: 1, kind: 'name', name: 'test' };
	const blocks = shape.map(
		(successors, id): Block => ({
			id,
			steps: [step(2 * id), step(2 * id + 1)],
			test: successors.length === 2 ? { ...test, start: 2 * id } : undefined,
			successors,
			stops: false,
		}),
	);
	const length = 10_000;
	const nothing = { start: 0, end: 0 };
	return {
		...nothing,
		name: 'example',
		nameRange: nothing,
		isStatic: true,
		returnType: { base: 'int', pointers: 0, array: false },
		params: [],
		locals: [],
		blocks,
		loops: [],
		body: nothing,
		calls: [],
		variant: 0,
		hasNoSyntaxErrors: true,
		effort: new Effort(new FileEffort(length), 'example', length),
	};
}

/** @param isAcyclic edges lead to later blocks only */
export function graph(isAcyclic: boolean): fc.Arbitrary<FunctionIR> {
	return fc
		.integer({ min: 1, max: 9 })
		.chain((size) =>
			fc.tuple(
				...Array.from({ length: size }, (_, id) => {
					if (isAcyclic && id === size - 1) return fc.constant<number[]>([]);
					return fc.array(fc.integer({ min: isAcyclic ? id + 1 : 0, max: size - 1 }), { maxLength: 3 });
				}),
			),
		)
		.map(graphOf);
}
