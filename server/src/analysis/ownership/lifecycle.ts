/** The journey of the pages of each taking call: where they are taken, who gives them back, how the function ends. */

import type { CallExpr, FunctionIR, Range } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall, FileContext } from '../context.js';
import type { Held } from '../holders.js';
import { rootOf } from '../walk.js';
import { dispositionOf, type ExitDisposition, keptIn } from './exit-disposition.js';
import { keyOf, lastField } from './fields.js';
import type { Event, FunctionResult } from './function-walk.js';
import { ownershipOf, takes } from './ownership.js';
import type { OwnershipState, TrackedResource } from './state.js';
import { isAcquire } from './trace.js';

/** Functions that name one field and are searched for releases. */
const MOST_FUNCTIONS = 24;

/** A call that gives the pages back. */
export interface LifecycleRelease {
	readonly call: CallExpr;
	/** Function it stands in. */
	readonly function: string;
	/** Call in the taking function that leads to it, when it stands in a helper. */
	readonly via: CallExpr | undefined;
	/** Kinds of references it gives back; undefined when it is none of the family. */
	readonly held: string | undefined;
}

/** One way the pages may go. */
export interface ExitPath {
	readonly ending: ExitDisposition;
	/** Where the function is left, or the wrong call. */
	readonly at: Range;
	readonly state: OwnershipState;
	/** What is held at the end; undefined when the place was overwritten. */
	readonly holding: TrackedResource | undefined;
}

export interface ResourceLifecycle {
	readonly taking: ApiCall;
	/** Call in `fn` that took the pages: the API itself, or a function of the file that calls it. */
	readonly call: CallExpr;
	readonly fn: FunctionIR;
	readonly kind: Held;
	/** Name of the holding in the states of `fn`. */
	readonly id: string;
	/** The holding as it was taken; undefined when the place is none that can be followed. */
	readonly holding: TrackedResource | undefined;
	readonly releases: readonly LifecycleRelease[];
	readonly exits: readonly ExitPath[];
	/** The function has too many paths. */
	readonly limitExceeded: boolean;
	/** The function could not be read completely. */
	readonly unread: boolean;
}

/** What is gathered for one call of one function, over all readings of its `#if` arms. */
interface Draft {
	readonly taking: ApiCall;
	readonly call: CallExpr;
	readonly walked: FunctionResult;
	readonly id: string;
	holding: TrackedResource | undefined;
	readonly releases: Map<string, LifecycleRelease>;
	readonly ways: Map<string, ExitPath>;
}

/** Holdings whose taking call the path of this state has come to. */
function takenOn(state: OwnershipState): ReadonlySet<string> {
	const ids = new Set<string>();
	for (let at = state.trace; at; at = at.before)
		if (at.about !== undefined && isAcquire(at, at.about)) ids.add(at.about);
	return ids;
}

const WRONG = new Set<Event['kind']>(['double', 'overrun', 'unoffset']);

class Journeys {
	private readonly file: FileContext;
	private readonly drafts = new Map<string, Draft>();

	constructor(file: FileContext) {
		this.file = file;
	}

	all(): ResourceLifecycle[] {
		const { calls } = this.file;
		const ownership = ownershipOf(this.file);
		for (const call of calls) if (call.fn && takes(call)) this.draft(ownership.walk(call.fn), call, call.call);
		for (const walked of ownership.walked) this.read(walked);
		for (const draft of this.drafts.values()) this.addFields(draft);
		return [...this.drafts.values()]
			.map(({ taking, call, walked, id, holding, releases, ways }): ResourceLifecycle => {
				const { fn, limitExceeded: bounded } = walked;
				const kind = taking.api.record.takes as Held;
				const found = [...releases.values()].sort((a, b) => a.call.start - b.call.start);
				const out = [...ways.values()].sort((a, b) => a.at.start - b.at.start);
				return {
					taking,
					call,
					fn,
					kind,
					id,
					holding,
					releases: found,
					exits: out,
					limitExceeded: bounded,
					unread: !fn.hasNoSyntaxErrors,
				};
			})
			.sort((a, b) => a.call.start - b.call.start || a.taking.call.start - b.taking.call.start);
	}

	private draft(walked: FunctionResult, taking: ApiCall, call: CallExpr, holding?: TrackedResource): Draft {
		const key = `${call.start} ${taking.call.start}`;
		const known = this.drafts.get(key);
		if (known) {
			known.holding ??= holding;
			return known;
		}
		const id = holding?.id ?? `t${call.start}`;
		const fresh: Draft = { taking, call, walked, id, holding, releases: new Map(), ways: new Map() };
		this.drafts.set(key, fresh);
		return fresh;
	}

	private read(walked: FunctionResult): void {
		const drafts = new Map<string, Draft>();
		const meet = (holding: TrackedResource): Draft => {
			const draft = this.draft(walked, holding.acquire, holding.call, holding);
			drafts.set(holding.id, draft);
			return draft;
		};
		for (const exit of walked.exits) for (const holding of exit.state.holdings.values()) meet(holding);
		for (const event of walked.events) {
			if (!('holding' in event) || event.kind === 'lost' || event.kind === 'beyond' || event.kind === 'used') continue;
			const draft = meet(event.holding);
			if (event.kind === 'release') this.addRelease(draft, event.inner, event.release);
			else if (WRONG.has(event.kind)) this.addWrong(draft, event);
		}
		for (const exit of walked.exits) {
			const taken = takenOn(exit.state);
			for (const [id, draft] of drafts) {
				const holding = exit.state.holdings.get(id);
				if (!holding && !taken.has(id)) continue;
				const ending = dispositionOf(walked.fn, exit, id, holding);
				addWay(draft, { ending, at: { start: exit.start, end: exit.end }, state: exit.state, holding });
			}
		}
	}

	private addRelease(draft: Draft, inner: CallExpr, release: CallExpr): void {
		const { file } = this;
		draft.releases.set(`${inner.start} ${release.start}`, {
			call: inner,
			function: file.ir.around(inner.start) ?? draft.walked.fn.name,
			via: inner === release ? undefined : release,
			held: file.apiCall(inner)?.api.record.takes,
		});
	}

	private addWrong(draft: Draft, event: Event & { kind: 'double' | 'overrun' | 'unoffset' | 'mismatch' }): void {
		const { start, end } = event.release;
		const how = event.kind === 'overrun' ? wrongBy(event.why) : event.kind === 'unoffset' ? 'unoffset' : 'double';
		addWay(draft, {
			ending: { kind: 'wrong', how, callee: event.release.name },
			at: { start, end },
			state: event.state,
			holding: event.holding,
		});
	}

	/** Pages that wait in a field of an object are given back wherever that field is released. */
	private addFields(draft: Draft): void {
		const { file } = this;
		const { fn } = draft.walked;
		const places = new Set(
			[draft.holding?.place, ...[...draft.ways.values()].map((way) => way.holding?.place)].flatMap((name) =>
				name === undefined ? [] : [name, ...keptIn(fn, draft.call.start, rootOf(name)).map((kept) => kept.place)],
			),
		);
		for (const place of places) {
			const key = keyOf(fn, place);
			const field = lastField(place);
			if (key === undefined || field === undefined) continue;
			const [record] = key.split(':');
			for (const other of file.ir.naming(field).slice(0, MOST_FUNCTIONS)) {
				if (other.hasNoSyntaxErrors && [...other.params, ...other.locals].some(({ type }) => type.base === record))
					for (const event of ownershipOf(file).walk(other).events)
						if (event.kind === 'field' && !event.takes && event.key === key)
							this.addRelease(draft, event.call, leading(file, other, event.call));
			}
		}
	}
}

/** One page or all of them: nothing was obtained. */
function wrongBy(why: (Event & { kind: 'overrun' })['why']): 'short' | 'failed' | 'negative' {
	if (why === 'warned') return 'negative';
	return why === 'short' || why === 'negative' ? why : 'failed';
}

/** The call in `fn` that leads to a call in a helper; the call itself when it stands in `fn`. */
function leading(file: FileContext, fn: FunctionIR, inner: CallExpr): CallExpr {
	const helper = file.ir.around(inner.start);
	return (helper !== fn.name && fn.calls.find((call) => call.name === helper)) || inner;
}

/** Ways that end alike in the same place are one. */
function addWay(draft: Draft, way: ExitPath): void {
	const { ending, at } = way;
	const key = JSON.stringify([ending, at.start]);
	if (!draft.ways.has(key)) draft.ways.set(key, way);
}

/** Journeys of all taking calls of a file, in the order of the text. */
export const lifecycles = memoize((file: FileContext): readonly ResourceLifecycle[] => new Journeys(file).all());
