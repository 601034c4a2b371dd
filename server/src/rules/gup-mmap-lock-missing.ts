import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Path } from '../analysis/lock-path.js';
import { type LockSites, lockAnalysis } from '../analysis/locks.js';
import { isNull } from '../analysis/walk.js';
import { NEEDS_MMAP_LOCK } from '../kernel/locks.js';
import type { Related, Rule } from './rule.js';

const isFree = ({ holds, rest }: Path): boolean => holds.size === 0 && rest === 'none';

/** The paths on which the lock is not held; undefined when it may be held wherever the call stands. */
function unlockedOn(sites: LockSites, call: ApiCall): readonly Path[] | undefined {
	const paths = sites.paths(call.call);
	if (paths.length === 0) return undefined;
	if (paths.every(isFree) || sites.isProven(call.call)) return paths;
	const again = paths.filter(({ seen }) => seen.has(call.call));
	return again.length > 0 && again.every(isFree) ? again : undefined;
}

/** Whose lock it is: "mmap_lock of current->mm". */
function lockOf(file: FileContext, call: ApiCall): string {
	const mm = call.arg('mm');
	return `mmap_lock of ${mm ? file.slice(mm) : 'current->mm'}`;
}

function right(call: ApiCall): string {
	const { name } = call.call;
	const lockless = /^(?:get|pin)_user_pages$/.test(name) ? `, or call ${name}_fast()` : '';
	return `hold it until the call has returned${lockless}`;
}

export const gupMmapLockMissing: Rule = {
	meta: {
		id: 'gup-mmap-lock-missing',
		title: 'Pages taken without mmap_lock',
		severity: 'warning',
		needles: ['get_user_page', 'pin_user_page'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		for (const call of file.calls) {
			const { fn } = call;
			const locked = call.arg('locked');
			if (!fn?.clean || !NEEDS_MMAP_LOCK.has(call.call.name) || (locked && !isNull(locked))) continue;
			// of a prototype nobody knows the argument may be `locked`
			if (!call.shape) continue;
			const sites = lockAnalysis(file).at(fn, 'mmap');
			const paths = unlockedOn(sites, call);
			if (!paths) continue;
			const again = paths.length < sites.paths(call.call).length && !sites.isProven(call.call);
			const shown = paths.flatMap((path) => path.shown ?? [])[0];
			const why = again
				? 'was dropped in the pass before'
				: !shown
					? 'is taken only later'
					: `is not held here: ${shown.what}`;
			const related: readonly Related[] = shown ? [{ ...shown, message: shown.what }] : [];
			report({
				...call.call.nameRange,
				message: `${call.call.name}() must be called with ${lockOf(file, call)} held, which ${why}; mappings may go away under it: ${right(call)}`,
				related,
			});
		}
	},
};
