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
		for (const { reaching, hold } of atomicCalls(file, DIRTIERS))
			report({
				...reaching.call.nameRange,
				message: `${sleepingCall(reaching)} locks the page and may sleep, but ${atomicReason(hold, reaching.fn)}; give the pages back after that, or from a work item`,
				related: walk(reaching, hold),
			});
	},
};
