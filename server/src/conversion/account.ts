/** What a maintainer asks of a conversion: who writes the data, who marks it dirty, whose pages an iterator is over. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Use, usesOf } from '../analysis/derived-values/index.js';
import { mayBeDirtied } from '../analysis/dirtying.js';
import { isForUsers } from './extract.js';
import { isWritten } from './notes.js';
import type { Handling } from './pages.js';
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

/** @param relocks pages are marked dirty under their lock that were without */
export function accountOf(file: FileContext, handling: Handling, relocks: boolean): Account {
	const { takings } = handling;
	const isNeverDirtied =
		takings.some((taking) => writes(file, taking)) &&
		takings.every((taking) => usesOf(file, taking).complete && !mayBeDirtied(file, taking));
	const iterators = takings.filter(isIterator);
	const ofUsers = iterators.every((taking) => taking.fn && isForUsers(file, taking, taking.fn));
	return {
		isWritten: takings.some((taking) => mayWrite(file, taking)),
		isNeverDirtied,
		isDirtiedLocked: relocks,
		asksToWrite: isWritten(handling),
		iterator: iterators.length === 0 ? undefined : ofUsers ? 'user' : 'any',
		outlasts: takings.some((taking) => !usesOf(file, taking).transient),
	};
}
