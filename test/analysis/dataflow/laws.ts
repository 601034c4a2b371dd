/** What a domain must hold for the solver to end, and to end at the same solution in whatever order blocks are gone through. */
import type { DataflowAnalysis } from '../../../server/src/analysis/dataflow.js';
import type { Expr, FunctionIR, Step } from '../../../server/src/syntax/ir.js';

/** A state as its domain tells it from others. */
export type Observe<S> = (state: S) => unknown;

/** One way from a state to the next: over a step, into a test, along an edge of it. */
export interface Transfer<S> {
	readonly name: string;
	readonly apply: (state: S) => S | undefined;
}

/** Maps and sets in the order of their texts, expressions and steps as where they stand. */
export function canonical(value: unknown): unknown {
	if (value instanceof Map) return sorted([...value].map(([key, one]) => [canonical(key), canonical(one)]));
	if (value instanceof Set) return sorted([...value].map(canonical));
	if (Array.isArray(value)) return sorted(value.map(canonical));
	if (typeof value !== 'object' || value === null) return value;
	if ('kind' in value && 'start' in value) return `${value.kind} at ${value.start}`;
	if ('call' in value && 'api' in value) return canonical(value.call);
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, one]) => one !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([name, one]) => [name, canonical(one)]),
	);
}

function sorted(values: unknown[]): unknown[] {
	return values
		.map((one) => [JSON.stringify(one), one] as const)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([, one]) => one);
}

export function textOf<S>(observe: Observe<S>, state: S): string {
	return JSON.stringify(canonical(observe(state)));
}

/** All transfer functions of `fn`, in the order of its blocks. */
export function transfersOf<S>(fn: FunctionIR, { step, test, assume }: BoundDomain<S>): Transfer<S>[] {
	const over = (at: Step): Transfer<S> => ({ name: `${at.kind} at ${at.start}`, apply: (state) => step(state, at) });
	const into = (at: Expr): Transfer<S>[] =>
		[true, false].map((truth) => ({
			name: `test at ${at.start} is ${truth}`,
			apply: (state) => assume(test(state, at), at, truth),
		}));
	return fn.blocks.flatMap((block) => [...block.steps.map(over), ...(block.test ? into(block.test) : [])]);
}

type BoundDomain<S> = Pick<DataflowAnalysis<S>, 'step' | 'test' | 'assume'>;

/** The methods of a domain, as functions. */
export function bound<S>(domain: DataflowAnalysis<S>): BoundDomain<S> {
	return {
		step: (state, step) => domain.step(state, step),
		test: (state, test) => domain.test(state, test),
		assume: (state, test, truth) => domain.assume(state, test, truth),
	};
}

/** Laws of the join that three states break, each with what came of both sides. */
export function brokenByJoin<S>(domain: DataflowAnalysis<S>, observe: Observe<S>, a: S, b: S, c: S): string[] {
	const join = (x: S, y: S): S => domain.join(x, y);
	const laws: readonly (readonly [string, S, S])[] = [
		['idempotent', join(a, a), a],
		['commutative', join(a, b), join(b, a)],
		['associative', join(join(a, b), c), join(a, join(b, c))],
		['absorbing', join(join(a, b), b), join(a, b)],
	];
	const broken = laws.flatMap(([law, left, right]) => differs(observe, law, left, right));
	const ab = join(a, b);
	// what the solver asks: whether a joined state is what was there before
	const isOld = textOf(observe, ab) === textOf(observe, a);
	if (domain.equal(a, ab) !== isOld)
		broken.push(`equal() says ${!isOld} of ${textOf(observe, a)} and ${textOf(observe, ab)}`);
	return broken;
}

/** A transfer function is monotone: more that may be at its start is no less at its end. */
export function brokenByTransfer<S>(
	domain: DataflowAnalysis<S>,
	observe: Observe<S>,
	{ name, apply }: Transfer<S>,
	a: S,
	b: S,
): string[] {
	const [less, more] = [apply(a), apply(domain.join(a, b))];
	if (less === undefined) return [];
	if (more === undefined) return [`${name}: possible alone, impossible after a join`];
	return differs(observe, `${name} is monotone`, domain.join(more, less), more);
}

function differs<S>(observe: Observe<S>, law: string, left: S, right: S): string[] {
	const [x, y] = [textOf(observe, left), textOf(observe, right)];
	return x === y ? [] : [`${law}: ${x} against ${y}`];
}
