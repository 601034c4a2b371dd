/** What a function shows of the iterator and the pages of an iov_iter call: enough to tell tidying from a fix. */
import type { CallExpr, Expr, FunctionIR, Range, Step } from '../syntax/ir.js';
import type { ApiCall } from './context.js';
import { type Flow, replay, solve } from './flow.js';
import { holderPlace } from './holders.js';
import { variableType } from './integers.js';
import { bare, evaluate, parts, place, rootOf, roots } from './walk.js';

/** Functions that make an iterator over kernel memory, and over user memory. */
const KERNEL_BACKED = /^iov_iter_(?:xarray|bvec|kvec|folio_queue)$/;
const USER_BACKED = /^import_|^iov_iter_(?:ubuf|init)$/;

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** Places of iterators that are kernel-backed on every path, with the call that made them so. */
type Made = ReadonlyMap<string, CallExpr>;

const MADE: Flow<Made> = {
	entry: new Map(),
	step(state, step: Step) {
		let now = state;
		for (const root of roots(step)) now = MADE.test(now, root);
		return now;
	},
	test(state, test: Expr) {
		const visit = (now: Made, expr: Expr): Made => {
			const target = expr.kind === 'assign' ? place(expr.left) : undefined;
			if (target && now.has(target)) return without(now, target);
			const iter = expr.kind === 'call' && expr.args[0] ? holderPlace(expr.args[0], NO_ALIASES) : undefined;
			if (expr.kind !== 'call' || !iter) return now;
			if (KERNEL_BACKED.test(expr.name)) return new Map(now).set(iter, expr);
			const last = expr.args.at(-1);
			const filled = USER_BACKED.test(expr.name) ? [iter, last ? holderPlace(last, NO_ALIASES) : undefined] : [];
			return filled.reduce<Made>((left, name) => (name && left.has(name) ? without(left, name) : left), now);
		};
		return evaluate(state, test, visit, MADE.join);
	},
	assume: (state) => state,
	join: (a, b) => new Map([...a].filter(([name]) => b.has(name))),
	equal: (a, b) => a.size === b.size && [...a.keys()].every((name) => b.has(name)),
};

function without(made: Made, name: string): Made {
	const left = new Map(made);
	left.delete(name);
	return left;
}

/** The call that made the iterator of `call` a kernel-backed one on every path; undefined when none did. */
export function kernelBacked(fn: FunctionIR, call: ApiCall): CallExpr | undefined {
	const iter = call.arg('iter');
	const name = iter && holderPlace(iter, NO_ALIASES);
	if (!name || !fn.calls.some((other) => KERNEL_BACKED.test(other.name))) return undefined;
	let found: CallExpr | undefined;
	replay(fn, MADE, solve(fn, MADE), (made, at) => {
		for (const root of roots(at)) if (contains(root, call.call)) found = made.get(name);
	});
	return found;
}

function contains(root: Expr, wanted: Expr): boolean {
	return root === wanted || parts(root).some((part) => contains(part, wanted));
}

/** Who puts the pages later: a function that stores one, and what it stores it in. */
const OWNERS: readonly (readonly [stores: RegExp, owner: string, into?: string])[] = [
	[/^(?:__)?skb_(?:fill_page_desc|frag_fill_page|frag_set_page|add_rx_frag)|^skb_append_pagefrags$/, 'skb fragments'],
	[/^add_to_pipe$|^splice_to_pipe$/, 'pipe buffers'],
	[/^sk_msg_page_add$/, 'a message scatterlist'],
	[/^sg_set_page$/, 'a message scatterlist', 'struct sk_msg'],
];

export interface Move {
	readonly owner: string;
	readonly at: Range;
}

/** The later call that hands pages of `call` to an owner who puts them; undefined when none is seen. */
export function movedPages(fn: FunctionIR, call: ApiCall): Move | undefined {
	const pages = call.arg('pages');
	const name = pages && holderPlace(pages, NO_ALIASES);
	if (!name) return undefined;
	const own = new Set([rootOf(name)]);
	for (const other of fn.calls) {
		if (other.nameRange.start < call.call.nameRange.start) continue;
		const rule = OWNERS.find(([stores]) => stores.test(other.name));
		if (!rule) continue;
		const into = rule[2];
		const target = into && other.args[0] ? holderPlace(other.args[0], NO_ALIASES) : undefined;
		if (into && (!target || variableType(fn, rootOf(target))?.base !== into)) continue;
		const names = copies(fn, own);
		if (other.args.some((arg) => names.has(rootOf(holderPlace(arg, NO_ALIASES) ?? '')))) {
			return { owner: rule[1], at: other.nameRange };
		}
	}
	return undefined;
}

/** Variables that are given something of those in `own`, directly or through each other. */
function copies(fn: FunctionIR, own: ReadonlySet<string>): ReadonlySet<string> {
	const names = new Set(own);
	for (let grown = -1; grown !== names.size; ) {
		grown = names.size;
		for (const step of fn.blocks.flatMap((block) => block.steps)) {
			const [target, value] =
				step.kind === 'declare'
					? [step.variable.name, step.init]
					: step.kind === 'eval' && step.expr.kind === 'assign'
						? [place(bare(step.expr.left)), step.expr.right]
						: [];
			const from = value && holderPlace(value, NO_ALIASES);
			if (target && from && names.has(rootOf(from))) names.add(rootOf(target));
		}
	}
	return names;
}
