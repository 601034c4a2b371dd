/** Which tests were passed, and how they came out, on every path to a call. */

import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import { variableType } from './variables.js';
import { assignedBy, bare, evaluate, place, postorder, roots } from './walk.js';

export interface PassedTest {
	readonly test: Expr;
	readonly truth: boolean;
	/** The condition with variables written as the records they point to, so that functions can be compared. */
	readonly text: string;
}

/** By text and outcome. */
export type PassedTests = ReadonlyMap<string, PassedTest>;

const NONE: PassedTests = new Map();

/** The expression as text; a variable that points to a record is written as the record. */
export function conditionText(expr: Expr, fn: FunctionIR): string {
	const at = bare(expr);
	switch (at.kind) {
		case 'name':
			return at.name;
		case 'number':
			return String(at.value ?? at.text);
		case 'field':
			return `${objectText(at.object, fn)}.${at.field}`;
		case 'index':
			return `${conditionText(at.object, fn)}[${conditionText(at.index, fn)}]`;
		case 'unary':
			return `${at.op}${conditionText(at.operand, fn)}`;
		case 'binary':
			return `(${conditionText(at.left, fn)} ${at.op} ${conditionText(at.right, fn)})`;
		case 'call':
			return `${at.name}(${at.args.map((arg) => conditionText(arg, fn)).join(', ')})`;
		default:
			return `#${at.start}`;
	}
}

function objectText(expr: Expr, fn: FunctionIR): string {
	const at = bare(expr);
	const type = at.kind === 'name' ? variableType(fn, at.name) : undefined;
	return type && /^struct \w+$/.test(type.base) ? `<${type.base}>` : conditionText(at, fn);
}

export class PassedTestDomain implements DataflowAnalysis<PassedTests> {
	readonly entry = NONE;
	private readonly fn: FunctionIR;

	constructor(fn: FunctionIR) {
		this.fn = fn;
	}

	step(state: PassedTests, step: Step): PassedTests {
		let now = state;
		for (const root of roots(step)) now = this.test(now, root);
		return step.kind === 'declare' ? this.forget(now, step.variable.name) : now;
	}

	test(state: PassedTests, test: Expr): PassedTests {
		const visit = (now: PassedTests, expr: Expr): PassedTests => {
			const changed = assignedBy(expr);
			return changed && place(changed) ? this.forget(now, conditionText(changed, this.fn)) : now;
		};
		return evaluate(state, test, visit, (a, b) => this.join(a, b));
	}

	private forget(state: PassedTests, text: string): PassedTests {
		if (state.size === 0) return state;
		const word = new RegExp(`(?<![\\w.])${text.replace(/[.*+?^${}()|[\]\\<>]/g, '\\$&')}(?!\\w)`);
		const left = [...state].filter(([, passed]) => !word.test(passed.text));
		return left.length === state.size ? state : new Map(left);
	}

	assume(state: PassedTests, test: Expr, truth: boolean): PassedTests {
		const passed = passedTest(test, truth, this.fn);
		return new Map(state).set(`${passed.text} ${passed.truth}`, passed);
	}

	join(a: PassedTests, b: PassedTests): PassedTests {
		return a === b ? a : new Map([...a].filter(([text]) => b.has(text)));
	}

	size(state: PassedTests): number {
		return state.size;
	}

	equal(a: PassedTests, b: PassedTests): boolean {
		return a.size === b.size && [...a.keys()].every((text) => b.has(text));
	}
}

/** `x != 0` and `!x` are brought to the form of `x`. */
function passedTest(test: Expr, truth: boolean, fn: FunctionIR): PassedTest {
	const at = bare(test);
	if (at.kind === 'unary' && at.op === '!') return passedTest(at.operand, !truth, fn);
	if (at.kind === 'binary' && (at.op === '==' || at.op === '!=')) {
		const right = bare(at.right);
		const isZero =
			(right.kind === 'number' && right.value === 0) ||
			(right.kind === 'name' && (right.name === 'NULL' || right.name === 'false'));
		if (isZero) return passedTest(at.left, (at.op === '!=') === truth, fn);
		if (at.op === '!=') return { test: at, truth: !truth, text: conditionText({ ...at, op: '==' }, fn) };
	}
	return { test: at, truth, text: conditionText(at, fn) };
}

/** Visit every call of `fn` with the tests that were passed on every path to it. */
export function followTests(fn: FunctionIR, visit: (call: CallExpr, passed: PassedTests) => void): void {
	const flow = new PassedTestDomain(fn);
	visitStates(fn, flow, solve(fn, flow), (state, at) => {
		for (const root of roots(at))
			postorder(root, (expr) => {
				if (expr.kind === 'call') visit(expr, state);
			});
	});
}

const testsByCall = memoize((fn: FunctionIR): ReadonlyMap<CallExpr, PassedTests> => {
	const found = new Map<CallExpr, PassedTests>();
	followTests(fn, (at, passed) => found.set(at, passed));
	return found;
});

/** The tests passed on every path to `call` of `fn`. */
export function testsAt(fn: FunctionIR, call: CallExpr): PassedTests {
	return testsByCall(fn).get(call) ?? NONE;
}

/** Tests that ask a flag and not a number: a name, a field, a bit, a call. */
export function flagTests(passed: PassedTests): readonly PassedTest[] {
	return [...passed.values()].filter(({ test }) => {
		const at = bare(test);
		return at.kind !== 'binary' || at.op === '&' || at.op === '==';
	});
}
