/** Whether the kind of an iterator, or an answer about it that was kept, decides that a call is reached. */

import { KIND_FUNCTION } from '../kernel/iterator-kinds.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { callsOf } from './callers.js';
import type { FileContext } from './context.js';
import { asksKind } from './iterator-kind.js';
import { conditionText, type PassedTest, testsAt } from './path-tests.js';
import { isLocal, isParameter, parameterAt } from './variables.js';
import { bare, postorder, roots } from './walk.js';

/** Names of flags that speak of pins or of where the memory is. */
const SPEAKING = /pin|user|ubuf|uaddr|uvec|iovec|kvec|bvec|kern|foreign|extern/i;

/** Callers that are asked in turn. */
const DEEPEST = 4;

interface Store {
	readonly fn: FunctionIR;
	readonly text: string;
	readonly value: Expr;
	/** A call in the same step, which stands for the step on its path. */
	readonly asksHere: boolean;
}

/** What a flag is set from. */
type Kept = 'kind' | 'constant' | 'number' | 'unseen';

/** Every store of a function, with whether only an iterator of one kind gets there. */
const storesOf = memoize((fn: FunctionIR): readonly Store[] => {
	const found: Store[] = [];
	const reached = kindBlocks(fn);
	for (const block of fn.blocks) {
		const add = (left: Expr, value: Expr): void => {
			found.push({ fn, text: conditionText(left, fn), value, asksHere: reached.has(block.id) });
		};
		for (const step of block.steps) {
			if (step.kind === 'declare' && step.init)
				add({ ...step.variable, kind: 'name', name: step.variable.name } as Expr, step.init);
			for (const root of roots(step))
				postorder(root, (expr) => {
					if (expr.kind === 'assign') add(expr.left, expr.right);
				});
		}
	}
	return found;
});

/** Blocks that only one outcome of a question about the kind leads to. */
function kindBlocks(fn: FunctionIR): ReadonlySet<number> {
	const inside = new Set<number>();
	for (const block of fn.blocks) {
		if (!block.test || !asksKind(block.test)) continue;
		const [yes, no] = block.successors.map((start) => reachable(fn, start));
		for (const id of yes ?? []) if (!no?.has(id)) inside.add(id);
		for (const id of no ?? []) if (!yes?.has(id)) inside.add(id);
	}
	return inside;
}

function reachable(fn: FunctionIR, start: number): ReadonlySet<number> {
	const seen = new Set([start]);
	for (const id of seen) for (const next of fn.blocks[id]?.successors ?? []) seen.add(next);
	return seen;
}

function keptFrom(store: Store): Kept {
	if (store.asksHere || asksKind(store.value)) return 'kind';
	const at = bare(store.value);
	if (at.kind === 'number' || (at.kind === 'name' && /^(?:true|false|NULL)$/.test(at.name))) return 'constant';
	if (at.kind === 'binary' && /^(?:[-+*/%]|<<|>>)$/.test(at.op)) return 'number';
	if (
		at.kind === 'call' &&
		/^(?:DIV_ROUND_UP|PFN_\w+|min\w*|max\w*|iov_iter_extract_pages|extract_iter_to_sg)$/.test(at.name)
	)
		return 'number';
	return 'unseen';
}

/** The flag a test asks: `req->pinned`, `req->flags & EXAMPLE_USER`, `test_bit(EXAMPLE_USER, &req->flags)`. */
function flagsOf(test: Expr): readonly Expr[] {
	const at = bare(test);
	if (at.kind === 'name' || at.kind === 'field' || at.kind === 'index') return [at];
	if (at.kind === 'binary' && (at.op === '&' || at.op === '==')) return [...flagsOf(at.left), ...flagsOf(at.right)];
	if (at.kind === 'call') return at.args.flatMap((arg) => flagsOf(arg));
	return at.kind === 'unary' && (at.op === '&' || at.op === '!') ? flagsOf(at.operand) : [];
}

/** The test asks an answer about the kind that was kept, or a flag that may be one. */
function asksKept(file: FileContext, fn: FunctionIR, { test, text }: PassedTest, depth: number): boolean {
	return flagsOf(test).some((flag) => {
		if (flag.kind === 'name' && /^[A-Z0-9_]+$/.test(flag.name)) return false;
		if (isParameterRead(fn, flag) && isPassedKind(file, fn, flag, depth)) return true;
		const kept = keptIn(file, fn, flag);
		if (kept.includes('kind')) return true;
		// a flag that another file sets may be anything
		if (kept.length === 0 && flag.kind === 'field' && bare(test).kind !== 'call') return true;
		return (kept.length === 0 || kept.includes('unseen')) && SPEAKING.test(text);
	});
}

/** What the stores of this file put into a flag. */
function keptIn(file: FileContext, fn: FunctionIR, flag: Expr): readonly Kept[] {
	const field = flag.kind === 'field' ? flag.field : undefined;
	const wanted = conditionText(flag, fn);
	const functions = field === undefined ? [fn] : file.ir.naming(field);
	return functions
		.flatMap(storesOf)
		.filter((store) => store.text === wanted || sameField(store.text, wanted, field))
		.map(keptFrom);
}

function isParameterRead(fn: FunctionIR, flag: Expr): flag is Extract<Expr, { kind: 'name' }> {
	return flag.kind === 'name' && isParameter(fn, flag.name) && !isLocal(fn, flag.name);
}

/** A caller passes the answer, or what keeps it. */
function isPassedKind(
	file: FileContext,
	fn: FunctionIR,
	flag: Extract<Expr, { kind: 'name' }>,
	depth: number,
): boolean {
	if (depth >= DEEPEST) return false;
	const position = parameterAt(fn, flag.name);
	return callsOf(file, fn.name).some((site) => {
		const arg = site.call.args[position];
		if (!arg) return false;
		if (asksKind(arg)) return true;
		return flagsOf(arg).some(
			(inner) =>
				keptIn(file, site.fn, inner).includes('kind') ||
				(isParameterRead(site.fn, inner) && isPassedKind(file, site.fn, inner, depth + 1)),
		);
	});
}

/** `a->args.pinned` and `b->ap.args.pinned` are one field. */
function sameField(stored: string, asked: string, field: string | undefined): boolean {
	return field !== undefined && stored.endsWith(`.${field}`) && asked.endsWith(`.${field}`);
}

/** `switch (iov_iter_type(iter))` leaves no test behind. */
function switchesOnKind(fn: FunctionIR): boolean {
	return fn.blocks.some((block) =>
		block.steps.some((step) => {
			const at = step.kind === 'eval' ? bare(step.expr) : undefined;
			return at?.kind === 'call' && at.name === KIND_FUNCTION;
		}),
	);
}

/** A test on the path to `call` of `fn` decides by the kind of an iterator, here or in every caller this file shows. */
export function isDecidedByKind(file: FileContext, fn: FunctionIR, call: CallExpr, depth = 0): boolean {
	if (switchesOnKind(fn)) return true;
	for (const passed of testsAt(fn, call).values())
		if (asksKind(passed.test) || asksKept(file, fn, passed, depth)) return true;
	if (depth >= DEEPEST) return false;
	const sites = callsOf(file, fn.name).filter((site) => site.fn.name !== fn.name);
	return sites.length > 0 && sites.every((site) => isDecidedByKind(file, site.fn, site.call, depth + 1));
}

/** The file keeps an answer about the kind in a field, for whoever releases the pages. */
export function keepsAnswer(file: FileContext): boolean {
	return file.ir.functions
		.flatMap(storesOf)
		.some((store) => store.text.includes('.') && (store.asksHere || asksKind(store.value)));
}
