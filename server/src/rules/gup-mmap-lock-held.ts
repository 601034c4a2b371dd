import type { FileContext } from '../analysis/context.js';
import { resolveAlias } from '../analysis/environment.js';
import type { Held, LockState } from '../analysis/lock-state.js';
import { lockAnalysis } from '../analysis/locks.js';
import { Reach, type Targets } from '../analysis/reach.js';
import { TAKES_MMAP_LOCK } from '../kernel/locks.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { Rule } from './rule.js';

/** The hold of mmap_lock of current->mm on this path; undefined when there is none, or of an mm that may be another. */
function heldOn({ holds, known }: LockState): Held | undefined {
	for (const [key, held] of holds)
		if (key.startsWith('mmap:') && resolveAlias(known, key.slice('mmap:'.length)) === 'current->mm') return held;
	return undefined;
}

/** "already held by foo()" */
function heldBy({ at }: Held, { name }: FunctionIR): string {
	return at ? `already held by ${name}()` : `and ${name}() is called with it held`;
}

function right({ name }: CallExpr): string {
	const locked = name.replace(/_(?:fast|unlocked)$/, '');
	return locked === name ? 'drop it first' : `drop it first or use ${locked}()`;
}

/** The functions of this kernel that take the lock; from 6.15 on get_dump_page() is told by `locked` that it is held. */
function takers({ kernel }: FileContext): Targets {
	return {
		family: 'mmap',
		names: TAKES_MMAP_LOCK,
		matches: ({ name, args }) =>
			kernel
				.api(name)
				?.record.signatures.some(
					({ params }) => params.length === args.length && !params.some(({ role }) => role === 'locked'),
				) === true,
		condition: () => undefined,
	};
}

export const gupMmapLockHeld: Rule = {
	meta: {
		id: 'gup-mmap-lock-held',
		title: 'Self-deadlock on mmap_lock',
		severity: 'error',
		needles: ['user_pages_fast', 'user_pages_unlocked', 'get_dump_page'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (!file.text.includes('mmap')) return;
		const locks = lockAnalysis(file);
		const told = new Set<CallExpr>();
		for (const { fn, call, chain, within, mayOn } of new Reach(locks, takers(file)).all()) {
			const taker = chain.at(-1);
			if (!taker || chain.some((inner) => told.has(inner))) continue;
			// nothing that callers do can change it
			if (
				locks
					.alone(fn, 'mmap')
					.paths(call)
					.some(({ holds, rest }) => holds.size === 0 && rest !== 'entry')
			)
				continue;
			const paths = locks.at(fn, 'mmap').paths(call).filter(mayOn);
			const holds = paths.flatMap((path) => heldOn(path) ?? []);
			const [first] = holds;
			if (!first || holds.length < paths.length) continue;
			told.add(call);
			const by = taker === call ? `${call.name}()` : `${call.name}() calls ${taker.name}(), which`;
			report({
				...call.nameRange,
				message: `${by} takes mmap_lock, ${heldBy(first, fn)}: self-deadlock; ${right(taker)}`,
				related: [
					...(first.at ? [{ ...first.at, message: 'mmap_lock of current->mm is acquired here' }] : []),
					...(taker === call ? [] : [{ ...taker.nameRange, message: `${within}() needs the lock here` }]),
				],
			});
		}
	},
};
