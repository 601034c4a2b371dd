/** Pages that are taken where a mapping was looked at under mmap_lock that has been dropped since. */
import { NEEDS_MMAP_LOCK, VMA_LOOKUPS } from '../kernel/locks.js';
import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, statesAt } from './dataflow.js';
import type { LockAnalysis } from './locks.js';
import { canonicalText } from './path-conditions.js';
import { bare, evaluate, movedBy, place, roots } from './walk.js';

export interface StaleMapping {
	readonly taking: CallExpr;
	readonly lookup: CallExpr;
}

/** A mapping that was looked up. */
interface Looked {
	readonly lookup: CallExpr;
	/** The variable it is in. */
	readonly vma: string | undefined;
	/** What it is like was looked at on some path. */
	readonly decided: boolean;
}

/** Address as written -> the mapping that was looked up for it, on every path. */
type Mappings = ReadonlyMap<string, Looked>;

/** A field of the mapping is read, or a function is asked about it. */
function asked(state: Mappings, object: Expr): Mappings {
	const name = place(object);
	const found = [...state].filter(([, { vma, decided }]) => vma !== undefined && !decided && vma === name);
	if (found.length === 0) return state;
	return new Map([...state, ...found.map(([address, looked]) => [address, { ...looked, decided: true }] as const)]);
}

function without(state: Mappings, isDropped: (address: string, looked: Looked) => boolean): Mappings {
	const left = [...state].filter(([address, looked]) => !isDropped(address, looked));
	return left.length === state.size ? state : new Map(left);
}

export const STALE_MAPPINGS: DataflowAnalysis<Mappings> = {
	entry: new Map(),
	step(state, step: Step) {
		let now = state;
		for (const root of roots(step)) now = STALE_MAPPINGS.test(now, root);
		return step.kind === 'declare' ? assigned(now, step.variable.name, step.init) : now;
	},
	test: (state, test) =>
		evaluate(
			state,
			test,
			(now, expr) => {
				if (expr.kind === 'assign') {
					const name = place(expr.left);
					return name === undefined ? now : assigned(now, name, expr.op === '=' ? expr.right : undefined);
				}
				const moved = movedBy(expr);
				if (moved) return assigned(now, place(moved) ?? '', undefined);
				if (expr.kind === 'field') return asked(now, expr.object);
				if (expr.kind !== 'call') return now;
				if (!VMA_LOOKUPS.has(expr.name)) return expr.args.reduce(asked, now);
				const address = expr.args[1] && canonicalText(expr.args[1]);
				return address === undefined
					? now
					: new Map(now).set(address, { lookup: expr, vma: undefined, decided: false });
			},
			STALE_MAPPINGS.join,
		),
	assume: (state) => state,
	join(a, b) {
		if (a === b) return a;
		const both = new Map<string, Looked>();
		for (const [address, looked] of a) {
			const other = b.get(address);
			if (other?.lookup !== looked.lookup) continue;
			both.set(address, {
				lookup: looked.lookup,
				vma: other.vma === looked.vma ? looked.vma : undefined,
				decided: looked.decided || other.decided,
			});
		}
		return both;
	},
	equal: (a, b) =>
		a.size === b.size &&
		[...a].every(([address, { decided, vma }]) => {
			const other = b.get(address);
			return other?.decided === decided && other.vma === vma;
		}),
	size: (state) => state.size,
};

function assigned(state: Mappings, name: string, right: Expr | undefined): Mappings {
	const call = right && bare(right);
	const word = new RegExp(`(?<![\\w.>])${name.replace(/[^\w]/g, '\\$&')}\\b`);
	const left = without(state, (address) => word.test(address));
	const now = new Map(left);
	for (const [address, looked] of left) {
		if (call && looked.lookup === call) now.set(address, { ...looked, vma: name });
		else if (looked.vma === name) now.set(address, { ...looked, vma: undefined });
	}
	return now;
}

/** Takings of `fn` for an address whose mapping was judged under a lock that is not held without a break since. */
export function staleMappings(file: FileContext, locks: LockAnalysis, fn: FunctionIR): readonly StaleMapping[] {
	const states = statesAt(fn, STALE_MAPPINGS);
	const sites = locks.at(fn, 'mmap');
	return file.callsOf(fn).flatMap((call): StaleMapping[] => {
		const start = call.arg('start');
		const address = start && canonicalText(start);
		const { takes, group } = call.api.record;
		const looked = address === undefined ? undefined : states.get(call.call)?.get(address);
		if (!looked?.decided || takes === 'none' || group === 'release') return [];
		const before = sites.paths(looked.lookup);
		const since = before.flatMap(({ holds }) => [...holds.values()].flatMap(({ at }) => at?.start ?? []));
		if (before.length === 0 || since.length < before.length) return [];
		const now = sites.paths(call.call);
		// that the lock is missing altogether is said by another rule
		if (NEEDS_MMAP_LOCK.has(call.call.name) && now.some(({ holds }) => holds.size === 0)) return [];
		const isBroken = now.every(
			({ holds, rest }) => rest === 'none' && [...holds.values()].every(({ at }) => at && !since.includes(at.start)),
		);
		// looked at again afterwards: what was decided is checked
		const again = fn.calls.some(
			(other) =>
				VMA_LOOKUPS.has(other.name) &&
				other.start > call.call.start &&
				other.args[1] &&
				canonicalText(other.args[1]) === address,
		);
		const taken = now.some(({ holds }) => [...holds.values()].some(({ at }) => at && at.start < looked.lookup.start));
		return now.length > 0 && isBroken && !again && !taken ? [{ taking: call.call, lookup: looked.lookup }] : [];
	});
}
