/** What a maintainer asks of a conversion: who writes the data, who marks it dirty, whose pages an iterator is over. */

import { allCalls, callsOf, isAddressTaken } from '../analysis/callers.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { completionOf, type Use, usesOf } from '../analysis/derived-values/index.js';
import { mayBeDirtied } from '../analysis/dirtying.js';
import { testsAt } from '../analysis/path-tests.js';
import { mayBeOfUsers } from '../analysis/user-iterators.js';
import { bare } from '../analysis/walk.js';
import { KVEC_TEST } from '../kernel/iterator-kinds.js';
import type { FunctionIR } from '../syntax/ir.js';
import type { ConversionScope } from './conversion-scope.js';
import { isForUsers } from './extract.js';
import { isWritten, leaksIn } from './notes.js';
import type { Account } from './plan.js';

/** Somebody gets at the contents, through page tables of the kernel or the physical address. */
const REACHES: ReadonlySet<Use['kind']> = new Set(['device', 'kept', 'write']);

function isIterator({ api }: ApiCall): boolean {
	return api.record.group === 'iov-iter';
}

/** The data is written, on some path at least. */
function writes(file: FileContext, taking: ApiCall): boolean {
	const { uses } = usesOf(file, taking);
	if (uses.some(({ kind, direction }) => kind === 'write' || /^(?:from-device|both)$/.test(direction ?? '')))
		return true;
	// to be able to write is why FOLL_WRITE is there, where a device or a mapping that stays reaches the data
	const reached = uses.filter(({ kind }) => REACHES.has(kind));
	return isWritten({ takings: [taking] }) && reached.some(({ direction }) => direction !== 'to-device');
}

/** Nothing speaks against it that the data is written. */
function mayWrite(file: FileContext, taking: ApiCall): boolean {
	if (writes(file, taking)) return true;
	const { uses, complete } = usesOf(file, taking);
	const devices = uses.filter(({ kind }) => kind === 'device' || kind === 'write');
	const isRead = complete && devices.length > 0 && devices.every(({ direction }) => direction === 'to-device');
	return isIterator(taking) && !isRead;
}

/** The data of the pages is written, and nothing that is seen marks them dirty. */
export function isNeverDirtied(file: FileContext, takings: readonly ApiCall[]): boolean {
	return (
		takings.some((taking) => writes(file, taking)) &&
		takings.every((taking) => usesOf(file, taking).complete && !mayBeDirtied(file, taking))
	);
}

/** Pages of an iterator whose direction is not told, which nothing that is seen marks dirty. */
function mayLackMarks(file: FileContext, takings: readonly ApiCall[]): boolean {
	return takings.every((taking) => {
		const isReached = usesOf(file, taking).uses.some(({ kind }) => REACHES.has(kind) || kind === 'listed');
		return isIterator(taking) && isReached && mayWrite(file, taking) && !mayBeDirtied(file, taking);
	});
}

/** The call is not reached with an iterator over virtual addresses of the kernel. */
function excludesKvec(taking: ApiCall): boolean {
	const { call, fn } = taking;
	const passed = fn ? [...testsAt(fn, call).values()] : [];
	return passed.some(({ test, truth }) => {
		const at = bare(test);
		return at.kind === 'call' && at.name === KVEC_TEST && !truth;
	});
}

function comesFromUsers(file: FileContext, { arg, fn }: ApiCall): boolean {
	const iter = arg('iter');
	return fn !== undefined && iter !== undefined && mayBeOfUsers(file, fn, iter);
}

/** Callers of callers that are asked. */
const DEEPEST = 6;

/** Functions of this file that lead to `fn`, and are called by others: by name from other files, or by their address. */
function entriesTo(file: FileContext, fn: FunctionIR, seen: Set<string>): readonly string[] {
	if (seen.has(fn.name) || seen.size > DEEPEST * DEEPEST) return [];
	seen.add(fn.name);
	const own = allCalls(file, fn) === undefined ? [fn.name] : [];
	return [...own, ...callsOf(file, fn.name).flatMap((site) => entriesTo(file, site.fn, seen))];
}

/** Where a device has the pages until another file calls for their release: functions of this file it calls for that. */
function endsElsewhere(file: FileContext, { takings, releases }: ConversionScope): readonly string[] {
	const open = takings.filter((taking) => {
		const { uses, transient } = usesOf(file, taking);
		return !transient && uses.some(({ kind }) => kind === 'device') && !completionOf(file, uses);
	});
	if (open.length === 0) return [];
	const begins = new Set(open.flatMap(({ fn }) => (fn ? entriesTo(file, fn, new Set()) : [])));
	const ends = releases.flatMap(({ fn }) => entriesTo(file, fn, new Set()));
	const isCalledHere = (name: string): boolean => isAddressTaken(file, name) || callsOf(file, name).length > 0;
	return [...new Set(ends)].filter((name) => !begins.has(name) && !isCalledHere(name));
}

/** What was done to the releases. */
export interface Marks {
	/** Pages are marked dirty under their lock that were without. */
	readonly relocks: boolean;
	/** Pages are marked dirty that were not; the condition, "true" where there is none. */
	readonly marks: string | undefined;
}

export function accountOf(file: FileContext, handling: ConversionScope, { relocks, marks }: Marks): Account {
	const { takings } = handling;
	const iterators = takings.filter(isIterator);
	const ofUsers = iterators.every((taking) => taking.fn && isForUsers(file, taking, taking.fn));
	const isLacking =
		marks === undefined && (isNeverDirtied(file, takings) ? 'always' : mayLackMarks(file, takings) && 'read');
	return {
		isWritten: takings.some((taking) => mayWrite(file, taking)),
		undirtied: isLacking || undefined,
		marks,
		isDirtiedLocked: relocks,
		asksToWrite: isWritten(handling),
		iterator: iterators.length === 0 ? undefined : ofUsers ? 'user' : 'any',
		takesKvec: iterators.some((taking) => !excludesKvec(taking)),
		fromUsers: iterators.length === 0 || ofUsers || iterators.some((taking) => comesFromUsers(file, taking)),
		outlasts: takings.some((taking) => !usesOf(file, taking).transient),
		endsIn: endsElsewhere(file, handling),
		leaksIn: leaksIn(file, handling),
	};
}
