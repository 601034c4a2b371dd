/** Calls of certain functions where sleeping is not allowed. */
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import type { Held, LockState } from './lock-state.js';
import { type LockAnalysis, lockAnalysis } from './locks.js';
import { Reach, type Reaching, type Targets } from './reach.js';

/** A call with what makes its context atomic. */
export interface AtomicCall {
	readonly reaching: Reaching;
	readonly hold: Held;
}

/** What a developer would look for first. */
const ORDER: readonly Held['kind'][] = ['spin', 'any', 'irq', 'preempt', 'bh', 'rcu'];

const STATE: Readonly<Partial<Record<Held['kind'], string>>> = {
	irq: 'interrupts have been disabled',
	preempt: 'preemption has been disabled',
	bh: 'bottom halves have been disabled',
	rcu: 'the RCU read lock has been held',
};

function mainHold({ holds }: LockState): Held | undefined {
	return [...holds.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))[0];
}

/** A hold under which the call is made, on every path or proven by what comes after; undefined when there is none. */
function holdAt(locks: LockAnalysis, { fn, call, mayOn }: Reaching): Held | undefined {
	const sites = locks.at(fn, 'atomic');
	const paths = sites.paths(call).filter((path) => mayOn(path));
	const held = paths.filter(({ holds }) => holds.size > 0);
	const [first] = held;
	if (!first || (held.length < paths.length && !sites.isProven(call))) return undefined;
	return mainHold(first);
}

/** All of the file; of a chain of helpers the innermost call alone. */
export function atomicCalls(file: FileContext, targets: Targets): readonly AtomicCall[] {
	const locks = lockAnalysis(file);
	const told = new Set<CallExpr>();
	return new Reach(locks, targets)
		.all((fn) => locks.mayForbidSleep(fn))
		.flatMap((reaching): readonly AtomicCall[] => {
			if (reaching.chain.some((call) => told.has(call))) return [];
			const hold = holdAt(locks, reaching);
			if (!hold) return [];
			told.add(reaching.call);
			return [{ reaching, hold }];
		});
}

/** Why sleeping is not allowed there: "spin_lock(&dev->lock) is held". */
export function atomicReason({ by, at, kind, name }: Held, fn: FunctionIR): string {
	if (!at && by.startsWith('a')) return `${fn.name}() is ${by}`;
	if (!at) return `${fn.name}() is only called under ${by}(${name})`;
	const state = STATE[kind];
	return state ? `${state} since ${by}()` : `${name || 'a lock'} has been held since ${by}()`;
}

/** "example_put() calls set_page_dirty_lock(), which" */
export function sleepingCall({ call, chain }: Reaching): string {
	const last = chain.at(-1);
	return last && last !== call ? `${call.name}() calls ${last.name}(), which` : `${call.name}()`;
}
