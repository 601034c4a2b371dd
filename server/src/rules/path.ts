/** What the rules about ownership share: the words for a holding, and its path as related places. */
import type { FileContext } from '../analysis/context.js';
import { withoutGhostMark } from '../analysis/ownership/ghost-names.js';
import type { OwnershipState, TrackedResource } from '../analysis/ownership/state.js';
import { acquiredWord, assumption, describe, isAcquire, type TraceStep } from '../analysis/ownership/trace.js';
import type { Role } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import type { Related } from './rule.js';

/** Places of a path that are shown: a reader follows no longer list. */
const MOST_PLACES = 8;
/** Branches in a helper that are shown. */
const MOST_INNER = 3;
/** Steps of a path that are looked through for them. */
const LONGEST_PATH = 500;

/** "pages" as the kernel developer would write it. */
export function named(holding: TrackedResource): string {
	return withoutGhostMark(holding.place).replaceAll('[]', '[i]');
}

/** "pinned by pin_user_pages()" */
export function taken({ kind, acquire: taking }: TrackedResource): string {
	return `${acquiredWord(kind)} by ${taking.call.name}()`;
}

/**
 * What to do: "unpin_user_pages() them", "put_page() each remaining page". The function is one that the record of the taking call names.
 * @param remaining some of them may have been released, or have another owner
 */
export function releaseAdvice(
	{ kernel }: FileContext,
	{ kind, acquire: taking, single, askedConstant }: TrackedResource,
	remaining = false,
): string {
	const { releasedBy } = taking.api.record;
	const first = (...roles: readonly Role[]): string | undefined =>
		roles
			.flatMap((role) =>
				releasedBy.filter((name) => kernel.api(name)?.signature && kernel.api(name)?.index(role) === 0),
			)
			.at(0);
	const one = first('page', 'folio') ?? releasedBy[0];
	if (single || askedConstant === 1) return `${one}() it`;
	// release_pages() is for who has a batch anyway
	const all = kind === 'reference' ? undefined : first('pages', 'folios');
	if (all) return `${all}() ${remaining ? 'the remaining pages' : 'them'}`;
	return `${one}() each ${remaining ? 'remaining ' : ''}page`;
}

/** Steps of a path from where these pages were taken last, as far as they are about them; of a longer path only its end. */
function stepsOf(trace: TraceStep | undefined, { id }: TrackedResource): TraceStep[] {
	const found: TraceStep[] = [];
	for (let at = trace; at && found.length < LONGEST_PATH; at = at.before) {
		if (at.about === undefined || at.about === id) found.push(at);
		if (isAcquire(at, id)) break;
	}
	return found.reverse();
}

function asPlace(file: FileContext, { start, end, event }: TraceStep): Related {
	const text = file.slice({ start, end });
	return { start, end, message: event.kind === 'branch' ? assumption(text, event.truth) : describe(event) };
}

/** The last tests of a path, of those behind `from`. */
export function testsOf(file: FileContext, { trace }: OwnershipState, from = 0): Related[] {
	const found: Related[] = [];
	for (let at = trace; at && found.length < MOST_PLACES; at = at.before)
		if (at.event.kind === 'branch' && at.start >= from) found.push(asPlace(file, at));
	return found.reverse();
}

/** The path of these pages: where they are acquired, the branches after that, where the path ends. */
export function related(
	file: FileContext,
	state: OwnershipState,
	holding: TrackedResource,
	end?: Range & { readonly message: string },
): Related[] {
	const all = stepsOf(state.trace, holding);
	const shown = all.length > MOST_PLACES ? [...all.slice(0, 2), ...all.slice(2 - MOST_PLACES)] : all;
	const places = shown.map((step) => asPlace(file, step));
	return [...innerPath(file, holding), ...places, ...(end ? [end] : [])];
}

/** How pages came about in a helper: the call there, the last branches to its return. */
function innerPath(file: FileContext, { inner, call, acquire: taking }: TrackedResource): Related[] {
	if (call === taking.call) return [];
	const acquired = { ...taking.call.nameRange, message: `pages ${acquiredWord(taking.api.record.takes)} here` };
	if (!inner) return [acquired];
	const { holding, left } = inner;
	const before = innerPath(file, holding);
	if (before.length === 0) before.push(acquired);
	const what = holding.place.startsWith('@') ? 'the pages' : named(holding);
	const returns = left.fails ? `returns an error here without releasing ${what}` : `returns here with ${what} held`;
	const tests = stepsOf(left.trace, holding).filter(({ event }) => event.kind === 'branch');
	return [
		...before,
		...tests.slice(-MOST_INNER).map((step) => asPlace(file, step)),
		{ start: left.start, end: left.end, message: `${left.fn.name}() ${returns}` },
	];
}
