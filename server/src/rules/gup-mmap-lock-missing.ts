import type { ApiCall } from '../analysis/context.js';
import type { Path, Shown } from '../analysis/lock-path.js';
import { type LockSites, lockAnalysis } from '../analysis/locks.js';
import { lookupOf } from '../analysis/looked-up-mm.js';
import { isNull } from '../analysis/walk.js';
import { NEEDS_MMAP_LOCK } from '../kernel/locks.js';
import type { Rule } from './rule.js';

const isFree = ({ holds, rest }: Path): boolean => holds.size === 0 && rest === 'none';

/** Also where callers are not known, when they cannot hold the lock. */
const isFreeFromAnybody = (path: Path): boolean => isFree(path) || (path.holds.size === 0 && path.rest === 'entry');

/**
 * The paths on which the lock is not held; undefined when it may be held wherever the call stands.
 * @param isOwn no caller can hold it
 * @param mayDrop the call itself may drop it, so that what comes later proves nothing
 */
function unlockedOn(sites: LockSites, call: ApiCall, isOwn: boolean, mayDrop: boolean): readonly Path[] | undefined {
	const paths = sites.paths(call.call);
	if (paths.length === 0) return undefined;
	if (paths.every(isOwn ? isFreeFromAnybody : isFree)) return paths;
	if (mayDrop) return undefined;
	if (sites.isProven(call.call)) return paths;
	const again = paths.filter(({ seen }) => seen.has(call.call));
	return again.length > 0 && again.every(isFree) ? again : undefined;
}

/** "after mmap_read_unlock() dropped mmap_lock of current->mm" */
function state(lock: string, shown: Shown | undefined, again: boolean): string {
	const pass = again ? 'in the pass ' : '';
	switch (shown?.how) {
		case 'dropped':
			return `${pass}after ${shown.by}() dropped ${lock}`;
		case 'maybe':
			return `${pass}after ${shown.by}() may have dropped ${lock}`;
		case 'ended':
			return `${pass}after the block of the ${shown.by}, which held ${lock}`;
		case 'taken':
			return `without ${lock}, which ${shown.by}() takes for itself alone`;
		case 'entered':
			return `without ${lock}: ${shown.by}, and nothing takes it on the way`;
		default:
			return `before ${lock} is taken`;
	}
}

const THERE: Readonly<Record<Shown['how'], string>> = {
	dropped: 'mmap_lock is dropped here',
	maybe: 'mmap_lock may be dropped here',
	ended: 'mmap_lock is held only in the block of this guard',
	taken: 'mmap_lock is taken and dropped inside this call',
	entered: 'this is entered without mmap_lock',
};

function right(call: ApiCall): string {
	const { name } = call.call;
	const [pages, vmas, locked] = [call.arg('pages'), call.arg('vmas'), call.arg('locked')];
	if (locked && !isNull(locked)) return 'take the lock before the call';
	const plain = /^(?:get|pin)_user_pages$/.test(name) && pages && !isNull(pages) && (!vmas || isNull(vmas));
	return `hold the lock until it has returned${plain ? `, or call ${name}_fast()` : ''}`;
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
		const locks = lockAnalysis(file);
		for (const call of file.calls) {
			const { fn } = call;
			const locked = call.arg('locked');
			if (!fn?.clean || !NEEDS_MMAP_LOCK.has(call.call.name)) continue;
			// of a prototype nobody knows the argument may be `locked`
			if (!call.shape) continue;
			// what callers do matters only where this function does not hold the lock itself
			const own = locks.alone(fn, 'mmap').paths(call.call);
			if (own.every(({ holds, rest }) => holds.size > 0 || rest === 'lost')) continue;
			const sites = locks.at(fn, 'mmap');
			const mm = call.arg('mm');
			const lookup = mm && lookupOf(fn, mm);
			const paths = unlockedOn(sites, call, lookup !== undefined, locked !== undefined && !isNull(locked));
			if (!paths) continue;
			const proven = sites.isProven(call.call) && !paths.every(isFree);
			const shown = proven ? undefined : paths.flatMap((path) => path.shown ?? [])[0];
			const lock = `mmap_lock of ${mm ? file.slice(mm) : 'current->mm'}`;
			const by = lookup && !shown && !proven ? lookup : undefined;
			const how = by
				? `without ${lock}, which ${by.name}() has looked up here, so that no caller can hold it`
				: state(lock, shown, paths.length < sites.paths(call.call).length);
			report({
				...call.call.nameRange,
				message: `${call.call.name}() is called ${how}; mappings may change under it: ${right(call)}`,
				related: [
					...(shown ? [{ start: shown.start, end: shown.end, message: THERE[shown.how] }] : []),
					...(by ? [{ ...by.nameRange, message: 'looked up here' }] : []),
				],
			});
		}
	},
};
