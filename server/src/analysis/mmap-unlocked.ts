/** Calls that need mmap_lock where it is certain that nobody holds it. */
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import type { LockState, Shown } from './lock-state.js';
import type { LockAnalysis, LockSites } from './locks.js';

/** A call that is made without mmap_lock. */
export interface UnlockedCall {
	/** What showed that nobody holds it; undefined where the lock is waited for afterwards. */
	readonly shown: Shown | undefined;
	/** Only where control comes to the call again. */
	readonly again: boolean;
	/** The paths on which nobody holds it. */
	readonly paths: readonly LockState[];
	/** A later lock alone shows it. */
	readonly proven: boolean;
}

/** What is known of a call that needs the lock. */
export interface LockedCall {
	/** No caller can hold it. */
	readonly isOwn: boolean;
	/** The call itself may drop it, so that what comes later proves nothing. */
	readonly mayDrop: boolean;
}

const ORDINARY: LockedCall = { isOwn: false, mayDrop: false };

const isFree = ({ holds, rest }: LockState): boolean => holds.size === 0 && rest === 'none';

/** Also where callers are not known, when they cannot hold the lock. */
const isFreeFromAnybody = (path: LockState): boolean =>
	isFree(path) || (path.holds.size === 0 && path.rest === 'entry');

/** The paths on which the lock is not held; undefined when it may be held wherever the call stands. */
function unlockedOn(
	sites: LockSites,
	call: CallExpr,
	{ isOwn, mayDrop }: LockedCall,
): readonly LockState[] | undefined {
	const paths = sites.paths(call);
	if (paths.length === 0) return undefined;
	if (paths.every(isOwn ? isFreeFromAnybody : isFree)) return paths;
	if (mayDrop) return undefined;
	if (sites.isProven(call)) return paths;
	const again = paths.filter(({ seen }) => seen.has(call));
	return again.length > 0 && again.every(isFree) ? again : undefined;
}

/** Undefined where the lock is held, or may be. */
export function unlockedCall(
	locks: LockAnalysis,
	fn: FunctionIR,
	call: CallExpr,
	known: LockedCall = ORDINARY,
): UnlockedCall | undefined {
	// what callers do matters only where this function does not hold the lock itself
	const own = locks.alone(fn, 'mmap').paths(call);
	if (own.every(({ holds, rest }) => holds.size > 0 || rest === 'lost')) return undefined;
	const sites = locks.at(fn, 'mmap');
	const paths = unlockedOn(sites, call, known);
	if (!paths) return undefined;
	const proven = sites.isProven(call) && !paths.every(isFree);
	const shown = proven ? undefined : paths.flatMap((path) => path.shown ?? [])[0];
	return { shown, again: paths.length < sites.paths(call).length, paths, proven };
}

/** "after mmap_read_unlock() dropped mmap_lock of current->mm" */
export function unlockedState(lock: string, { shown, again }: UnlockedCall): string {
	const pass = again ? 'again ' : '';
	switch (shown?.how) {
		case 'dropped':
			return `${pass}after ${shown.by}() dropped ${lock}`;
		case 'maybe':
			return `${pass}after ${shown.by}() may have dropped ${lock}`;
		case 'ended':
			return `${pass}outside the scope of the ${shown.by}`;
		case 'taken':
			return `without ${lock}`;
		case 'entered':
			return `without ${lock}`;
		default:
			return `before ${lock} is acquired`;
	}
}

/** The note at the place of `UnlockedCall.shown`. */
export function shownNote({ how, by }: Shown): string {
	switch (how) {
		case 'dropped':
			return 'mmap_lock is dropped here';
		case 'maybe':
			return 'mmap_lock may be dropped here';
		case 'ended':
			return 'mmap_lock is held only in the scope of this guard';
		case 'taken':
			return 'mmap_lock is acquired and dropped inside this call';
		case 'entered':
			return `${by}, entered without mmap_lock`;
	}
}
