import type { ApiCall } from '../analysis/context.js';
import { canonical } from '../analysis/known.js';
import type { Held, Path } from '../analysis/lock-path.js';
import { lockAnalysis } from '../analysis/locks.js';
import { TAKES_MMAP_LOCK } from '../kernel/locks.js';
import type { Rule } from './rule.js';

/** The hold of mmap_lock of current->mm on this path; undefined when there is none, or of an mm that may be another. */
function heldOn({ holds, known }: Path): Held | undefined {
	for (const [key, held] of holds)
		if (key.startsWith('mmap:') && canonical(known, key.slice('mmap:'.length)) === 'current->mm') return held;
	return undefined;
}

function right({ call }: ApiCall): string {
	const locked = call.name.replace(/_(?:fast|unlocked)$/, '');
	return locked === call.name ? 'drop the lock first' : `drop the lock first, or call ${locked}() under it`;
}

export const gupMmapLockHeld: Rule = {
	meta: {
		id: 'gup-mmap-lock-held',
		title: 'mmap_lock taken twice',
		severity: 'error',
		needles: ['user_pages_fast', 'user_pages_unlocked', 'get_dump_page'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const call of file.calls) {
			const { fn } = call;
			const { name } = call.call;
			if (!fn?.clean || !TAKES_MMAP_LOCK.has(name) || !call.shape) continue;
			// from 6.15 on get_dump_page() is told by `locked` that its caller holds the lock
			if (call.shape.params.some(({ role }) => role === 'locked')) continue;
			const paths = lockAnalysis(file).at(fn, 'mmap').paths(call.call);
			const holds = paths.flatMap((path) => heldOn(path) ?? []);
			const [first] = holds;
			if (!first || holds.length < paths.length) continue;
			const where = first.at
				? `holds it since ${first.by}()`
				: first.by.startsWith('the ')
					? `is ${first.by}, which is called with it held`
					: 'is only called with it held';
			report({
				...call.call.nameRange,
				message: `${name}() takes mmap_lock of current->mm itself, but ${fn.name}() ${where}: the task waits for its own lock; ${right(call)}`,
				related: first.at ? [{ ...first.at, message: `mmap_lock is taken here` }] : [],
			});
		}
	},
};
