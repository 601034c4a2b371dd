import { atomicCalls, atomicReason, sleepingCall } from '../analysis/atomic-calls.js';
import type { Held } from '../analysis/lock-state.js';
import type { Reaching, Targets } from '../analysis/reach.js';
import { SLEEPING_DIRTIERS } from '../kernel/locks.js';
import type { Related, Rule } from './rule.js';

const DIRTIERS: Targets = {
	family: 'atomic',
	names: [...SLEEPING_DIRTIERS.keys()],
	matches: () => true,
	condition: ({ name, args }) => args[SLEEPING_DIRTIERS.get(name) ?? -1],
};

function walk({ call, chain, within }: Reaching, hold: Held): readonly Related[] {
	const last = chain.at(-1);
	return [
		...(hold.at ? [{ ...hold.at, message: `sleeping is not allowed after ${hold.by}()` }] : []),
		...(last && last !== call ? [{ ...last.nameRange, message: `${within}() locks the page here` }] : []),
	];
}

export const dirtyLockAtomic: Rule = {
	meta: {
		id: 'dirty-lock-atomic',
		title: 'Pages dirtied in atomic context',
		severity: 'error',
		needles: ['dirty_lock'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const { reaching, hold } of atomicCalls(file, DIRTIERS))
			report({
				...reaching.call.nameRange,
				message: `${sleepingCall(reaching)} may sleep, but ${atomicReason(hold, reaching.fn)}; release the pages outside atomic context`,
				related: walk(reaching, hold),
			});
	},
};
