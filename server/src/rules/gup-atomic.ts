import { atomicCalls, atomicReason, sleepingCall } from '../analysis/atomic-calls.js';
import type { FileContext } from '../analysis/context.js';
import { originsOf } from '../analysis/flag-value.js';
import { iteratorKind } from '../analysis/iterator-kind.js';
import type { IteratorKind } from '../analysis/iterator-makers.js';
import type { Held } from '../analysis/lock-state.js';
import type { Reaching, Targets } from '../analysis/reach.js';
import { wordsOf } from '../kernel/acquiring.js';
import { SLEEPING_TAKERS } from '../kernel/locks.js';
import type { CallExpr } from '../syntax/ir.js';
import type { Related, Rule } from './rule.js';

/** What the iterator of a call is over, where that decides whether it sleeps. */
function backing(file: FileContext, call: CallExpr): IteratorKind {
	if (SLEEPING_TAKERS.get(call.name) === 'always') return 'user';
	const api = file.apiCall(call);
	const iter = api?.arg('iter');
	return api?.fn && iter ? iteratorKind(file, api.fn, call, iter) : 'unknown';
}

function takers(file: FileContext): Targets {
	return {
		family: 'atomic',
		names: SLEEPING_TAKERS.keys(),
		matches(call) {
			const flags = file.apiCall(call)?.flags ?? [];
			return originsOf(flags, 'FOLL_FAST_ONLY').length === 0 && backing(file, call) !== 'kernel';
		},
		condition: () => undefined,
	};
}

function related({ call, chain, within }: Reaching, hold: Held): readonly Related[] {
	const last = chain.at(-1);
	return [
		...(hold.at ? [{ ...hold.at, message: `sleeping is not allowed after ${hold.by}()` }] : []),
		...(last && last !== call ? [{ ...last.nameRange, message: `${within}() acquires the pages here` }] : []),
	];
}

export const gupAtomic: Rule = {
	meta: {
		id: 'gup-atomic',
		title: 'GUP called in atomic context',
		severity: 'error',
		severityNote: 'a warning where the iterator may be kernel-backed',
		needles: wordsOf(({ sleeps }) => sleeps !== undefined),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const { reaching, hold } of atomicCalls(file, takers(file))) {
			const taker = reaching.chain.at(-1) ?? reaching.call;
			const isUser = backing(file, taker) === 'user';
			report({
				...reaching.call.nameRange,
				message: `${sleepingCall(reaching)} may sleep${isUser ? '' : ' on a user-backed iterator'}, but ${atomicReason(hold, reaching.fn)}; call it outside atomic context`,
				...(!isUser && { severity: 'warning' as const }),
				related: related(reaching, hold),
			});
		}
	},
};
