import type { Held, Path } from '../analysis/lock-path.js';
import { type LockAnalysis, lockAnalysis } from '../analysis/locks.js';
import { Reach, type Reaching, type Targets } from '../analysis/reach.js';
import { SLEEPING_DIRTIERS } from '../kernel/locks.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { Related, Rule } from './rule.js';

/** What a developer would look for first. */
const ORDER: readonly Held['kind'][] = ['spin', 'any', 'irq', 'preempt', 'bh', 'rcu'];

const STATE: Readonly<Partial<Record<Held['kind'], string>>> = {
	irq: 'interrupts are off',
	preempt: 'preemption is off',
	bh: 'bottom halves are off',
	rcu: 'this is an RCU read-side section',
};

const DIRTIERS: Targets = {
	family: 'atomic',
	names: [...SLEEPING_DIRTIERS.keys()],
	matches: () => true,
	condition: ({ name, args }) => args[SLEEPING_DIRTIERS.get(name) ?? -1],
};

function mainHold({ holds }: Path): Held | undefined {
	return [...holds.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))[0];
}

/** A hold under which the call may sleep, on every path or proven by what comes after; undefined when there is none. */
function holdAt(locks: LockAnalysis, dirtier: Reaching): Held | undefined {
	const sites = locks.at(dirtier.fn, 'atomic');
	const paths = sites.paths(dirtier.call).filter((path) => dirtier.mayOn(path));
	const held = paths.filter(({ holds }) => holds.size > 0);
	const [first] = held;
	if (!first || (held.length < paths.length && !sites.isProven(dirtier.call))) return undefined;
	return mainHold(first);
}

/** Why nobody may sleep there: "spin_lock(&dev->lock) is held". */
function reason(hold: Held, fn: FunctionIR): string {
	const { by, at, kind, name } = hold;
	if (!at && by.startsWith('a')) return `${fn.name}() is ${by}`;
	if (!at) return `${fn.name}() is only called under ${by}(${name})`;
	const state = STATE[kind];
	return state ? `${state} since ${by}()` : `${name || 'a lock'} is held since ${by}()`;
}

/** "example_put() calls set_page_dirty_lock(), which" */
function sleeper({ call, chain }: Reaching): string {
	const last = chain.at(-1);
	return last && last !== call ? `${call.name}() calls ${last.name}(), which` : `${call.name}()`;
}

function walk({ call, chain, within }: Reaching, hold: Held): readonly Related[] {
	const last = chain.at(-1);
	return [
		...(hold.at ? [{ ...hold.at, message: `from ${hold.by}() on nobody may sleep` }] : []),
		...(last && last !== call ? [{ ...last.nameRange, message: `${within}() locks the page here` }] : []),
	];
}

export const dirtyLockAtomic: Rule = {
	meta: {
		id: 'dirty-lock-atomic',
		title: 'Pages dirtied under a lock that forbids to sleep',
		severity: 'error',
		needles: ['dirty_lock'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const locks = lockAnalysis(file);
		const told = new Set<CallExpr>();
		for (const dirtier of new Reach(locks, DIRTIERS).all((fn) => locks.mayForbidSleep(fn))) {
			// of a chain the innermost call is told of
			if (dirtier.chain.some((call) => told.has(call))) continue;
			const hold = holdAt(locks, dirtier);
			if (!hold) continue;
			told.add(dirtier.call);
			report({
				...dirtier.call.nameRange,
				message: `${sleeper(dirtier)} locks the page and may sleep, but ${reason(hold, dirtier.fn)}; give the pages back after that, or from a work item`,
				related: walk(dirtier, hold),
			});
		}
	},
};
