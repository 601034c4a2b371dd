/** Properties of the function IR, which everything rests on. */
import type { Expr, FunctionIR, Range } from '../../../server/src/syntax/ir.js';
import { engine } from '../../kernel/corpus.js';
import { kernelOf, timed } from '../subject.js';
import { hold } from '../violation.js';
import { holdRange } from './places.js';
import type { Property } from './property.js';

function holdFunction(text: string, fn: FunctionIR): void {
	holdRange(text, fn, 'function');
	hold(fn.name !== '' && text.slice(fn.nameRange.start, fn.nameRange.end) === fn.name, 'function without its name');
	const within = (inner: Range, what: string) =>
		hold(inner.start >= fn.start && inner.start <= inner.end && inner.end <= fn.end, `${what} outside of its function`);
	within(fn.body, 'body');
	for (const variable of [...fn.params, ...fn.locals]) within(variable, 'variable');
	let last = -1;
	for (const call of fn.calls) {
		within(call, 'call');
		within(call.argsRange, 'arguments');
		for (const arg of call.args) within(arg, 'argument');
		hold(call.start >= last, 'calls out of order');
		last = call.start;
	}
	hold(fn.blocks.length > 0, 'function without a block');
	fn.blocks.forEach((block, i) => {
		hold(block.id === i, 'block with the number of another');
		for (const to of block.successors) hold(to >= 0 && to < fn.blocks.length, 'edge to no block');
		hold(block.test === undefined || block.successors.length === 2, 'test without two ways');
		for (const step of block.steps) within(step, 'step');
		if (block.test) within(block.test as Expr, 'test');
	});
	for (const loop of fn.loops) {
		within(loop, 'loop');
		for (const to of [loop.exit, ...loop.heads]) hold(to >= 0 && to < fn.blocks.length, 'loop with no block');
	}
}

export const READING: readonly Property[] = [
	{
		name: 'IR',
		target: 'code',
		share: 0.3,
		check({ text, kernel }) {
			const ir = timed('reading', () => engine.read(text, kernelOf(kernel)));
			for (const fn of ir.functions) holdFunction(text, fn);
			for (const macro of ir.macros) holdRange(text, macro, 'macro');
			for (const range of ir.compat) holdRange(text, range, 'arms for other kernels');
		},
	},
];
