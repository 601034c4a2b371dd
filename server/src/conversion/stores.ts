/** Whether a store that the flag goes with is made on every way on which it is needed. */
import { bare, isNull, place, postorder, rootOf, roots } from '../analysis/walk.js';
import { REQUEST_PARTS, readsOnly } from '../kernel/function-models.js';
import type { Block, CallExpr, Expr, FunctionIR, Range } from '../syntax/ir.js';

/** The edge of a test that shows a variable to be NULL, or a result to be none: 0 for the first, 1 for the other. */
type Absent = (test: Expr) => 0 | 1 | undefined;

/**
 * Behind the allocation of the object that `name` stands for comes the store, unless there is no memory: nothing that may use the
 * object lies between.
 */
export function isStoredAtOnce(fn: FunctionIR, name: string, store: Range): boolean {
	const names = sourcesOf(fn, name);
	const made = new Set<number>();
	const set = (target: string | undefined, value: Expr): void => {
		if (target === undefined || !names.has(target)) return;
		postorder(value, (part) => {
			if (part.kind === 'call' && /alloc/.test(part.name)) made.add(part.start);
		});
	};
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind === 'declare' && step.init) set(step.variable.name, step.init);
			for (const root of roots(step))
				postorder(root, (expr) => {
					if (expr.kind === 'assign') set(place(expr.left), expr.right);
				});
		}
	const absent: Absent = (test) => {
		const at = bare(test);
		if (at.kind === 'unary' && at.op === '!') {
			const other = absent(at.operand);
			return other === undefined ? undefined : other === 0 ? 1 : 0;
		}
		const isCompared = at.kind === 'binary' && /^[!=]=$/.test(at.op) && isNull(at.right);
		if (!names.has(place(isCompared ? at.left : at) ?? '')) return undefined;
		return isCompared && at.op === '==' ? 0 : 1;
	};
	return follows(fn, (expr) => expr.kind === 'call' && made.has(expr.start), {
		absent,
		isStore: (expr) => expr.start <= store.start && store.end <= expr.end,
		stops: (call) => !readsOnly(call.name) && !REQUEST_PARTS.has(call.name) && passes(call, names),
	});
}

/** Behind the taking call, what `name` points to is set, unless nothing was taken. */
export function isAlwaysTold(fn: FunctionIR, taking: CallExpr, name: string): boolean {
	const results = new Set<string>();
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind === 'declare' && step.init && bare(step.init).start === taking.start)
				results.add(step.variable.name);
			for (const root of roots(step))
				postorder(root, (expr) => {
					const left = expr.kind === 'assign' && bare(expr.right).start === taking.start ? place(expr.left) : undefined;
					if (left !== undefined) results.add(left);
				});
		}
	const absent: Absent = (test) => {
		const at = bare(test);
		if (at.kind !== 'binary' || !isNull(at.right) || !results.has(place(at.left) ?? '')) return undefined;
		if (at.op === '<' || at.op === '<=' || at.op === '==') return 0;
		return at.op === '>' || at.op === '>=' ? 1 : undefined;
	};
	return follows(fn, (expr) => expr.kind === 'call' && expr.start === taking.start, {
		absent,
		isStore: (expr) => {
			const left = expr.kind === 'assign' ? bare(expr.left) : undefined;
			return left?.kind === 'unary' && left.op === '*' && place(left.operand) === name;
		},
		stops: () => false,
	});
}

interface Way {
	readonly absent: Absent;
	isStore(expr: Expr): boolean;
	/** The call must not come before the store. */
	stops(call: CallExpr): boolean;
}

/** On every way on from where something begins, other than those on which it failed, the store comes before the function ends. */
function follows(fn: FunctionIR, begins: (expr: Expr) => boolean, way: Way): boolean {
	const pending: Block[] = [];
	const seen = new Set<number>();
	let begun = false;
	/** @returns the store was met: 'stored', or something that must not come before it: 'lost' */
	const through = (block: Block, from: 'start' | 'begin'): 'stored' | 'lost' | 'on' | 'none' => {
		let on = from === 'start';
		let result: 'stored' | 'lost' | undefined;
		const visit = (expr: Expr): void => {
			if (result) return;
			if (!on) {
				if (begins(expr)) {
					on = true;
					begun = true;
				}
				return;
			}
			if (way.isStore(expr)) result = 'stored';
			else if (expr.kind === 'call' && way.stops(expr)) result = 'lost';
		};
		for (const step of block.steps) {
			for (const root of roots(step)) postorder(root, visit);
			if (result) return result;
			if (on && step.kind === 'return') return 'lost';
		}
		if (block.test) postorder(block.test, visit);
		return result ?? (on ? 'on' : 'none');
	};
	const leave = (block: Block): boolean => {
		if (block.successors.length === 0) return block.stops;
		const failed = block.test ? way.absent(block.test) : undefined;
		block.successors.forEach((id, i) => {
			const next = fn.blocks[id];
			if (i === failed || !next || seen.has(id)) return;
			seen.add(id);
			pending.push(next);
		});
		return true;
	};
	for (const block of fn.blocks) {
		const end = through(block, 'begin');
		if (end === 'lost' || (end === 'on' && !leave(block))) return false;
	}
	for (let block = pending.pop(); block; block = pending.pop()) {
		if (!fn.effort.spend(block.steps.length + 1)) return false;
		const end = through(block, 'start');
		if (end === 'lost' || (end === 'on' && !leave(block))) return false;
	}
	return begun;
}

/** Variables that the value of `name` is worked out from: `ctx = (struct example_ctx *)(mem + size)`. */
function sourcesOf(fn: FunctionIR, name: string): ReadonlySet<string> {
	const found = new Set([name]);
	for (const one of found) {
		const add = (value: Expr): void => {
			let at = bare(value);
			for (;;) {
				const part = at.kind === 'call' && REQUEST_PARTS.has(at.name) ? at.args[0] : undefined;
				if (at.kind === 'cast' || (at.kind === 'unary' && at.op === '&')) at = bare(at.operand);
				else if (at.kind === 'binary') at = bare(at.left);
				else if (part) at = bare(part);
				else break;
			}
			const root = rootOf(place(at) ?? '');
			if (root !== '') found.add(root);
		};
		for (const { steps } of fn.blocks)
			for (const step of steps) {
				if (step.kind === 'declare' && step.variable.name === one && step.init) add(step.init);
				for (const root of roots(step))
					postorder(root, (expr) => {
						if (expr.kind === 'assign' && place(expr.left) === one) add(expr.right);
					});
			}
	}
	return found;
}

function passes(call: CallExpr, names: ReadonlySet<string>): boolean {
	return call.args.some((arg) => {
		const at = bare(arg);
		return names.has(rootOf(place(at.kind === 'unary' ? at.operand : at) ?? ''));
	});
}
