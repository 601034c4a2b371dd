import type { PageAspect } from '../../kernel/page-readers.js';
import type { CallExpr, Expr, FunctionIR, Loop, Range } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import { shadowedNames } from '../variables.js';
import { bare } from '../walk.js';
import type { OverNull } from './over-null.js';
import type { ReturnEffects } from './return-effects.js';
import { expressionKey, type OwnershipState, type TrackedResource } from './state.js';
import type { Summary } from './summary.js';

/** What a path came upon. */
export type Event =
	| {
			readonly kind: 'double';
			readonly holding: TrackedResource;
			readonly release: CallExpr;
			readonly state: OwnershipState;
	  }
	| {
			readonly kind: 'overrun';
			readonly holding: TrackedResource;
			readonly release: CallExpr;
			/**
			 * `warned`: the release refuses a negative number with a warning; `nothing`: one page, which the call did not obtain; `sum`: another part of the array was not obtained; `entry`: nothing
			 * was obtained for the last of the entries.
			 */
			readonly why: 'short' | 'failed' | 'negative' | 'warned' | 'nothing' | 'sum' | 'entry';
			readonly state: OwnershipState;
	  }
	/** A loop goes through all pages asked for, although the path only knows that there are some. */
	| { readonly kind: 'beyond'; readonly holding: TrackedResource; readonly loop: Loop; readonly state: OwnershipState }
	/** A place is released again with nothing stored there since. */
	| {
			readonly kind: 'again';
			readonly place: string;
			readonly first: CallExpr;
			readonly release: CallExpr;
			readonly inner: CallExpr;
			readonly kinds: ReadonlySet<string>;
			readonly state: OwnershipState;
	  }
	/** The pages are released on a path that has not come to the call that takes them. */
	| {
			readonly kind: 'untaken';
			readonly place: string;
			readonly taking: CallExpr;
			readonly release: CallExpr;
			readonly state: OwnershipState;
	  }
	| {
			readonly kind: 'unoffset';
			readonly holding: TrackedResource;
			readonly release: CallExpr;
			readonly state: OwnershipState;
	  }
	/** A function of the file releases the pages as another kind. */
	| {
			readonly kind: 'mismatch';
			readonly holding: TrackedResource;
			readonly release: CallExpr;
			readonly inner: CallExpr;
			readonly state: OwnershipState;
	  }
	/** The call looks into pages that were released before. */
	| {
			readonly kind: 'used';
			readonly holding: TrackedResource;
			readonly use: CallExpr;
			readonly aspect: PageAspect;
			readonly state: OwnershipState;
	  }
	/** A release, right or wrong: for those who look for partners. */
	| {
			readonly kind: 'release';
			readonly holding: TrackedResource;
			readonly release: CallExpr;
			readonly inner: CallExpr;
			/** How many pages it is told to release, where that is a constant. */
			readonly pages: number | undefined;
	  }
	/** The call stores over pages that nobody has given back. */
	| {
			readonly kind: 'lost';
			readonly holding: TrackedResource;
			readonly call: CallExpr;
			readonly state: OwnershipState;
	  }
	/** Pages of one kind are kept in a field or released from one. */
	| {
			readonly kind: 'field';
			readonly place: string;
			/** Names the field in all functions; undefined where its struct is not known. */
			readonly key: string | undefined;
			readonly held: string;
			readonly call: CallExpr;
			readonly takes: boolean;
			/** Start of the place they are assigned to, where a variable had them first. */
			readonly stored?: number;
	  };

/** One way out of the function. */
export interface Exit extends Range {
	readonly state: OwnershipState;
	readonly signs: number;
	/** Numbers that may be returned; undefined when they are not all known. */
	readonly numbers: readonly number[] | undefined;
	readonly result: string | undefined;
	/** Holding with whose number what is returned was computed. */
	readonly computed: string | undefined;
	/** What is returned comes from a function that is not known: an errno, where it is not 0. */
	readonly isForwarded: boolean;
	/** What is returned is above 0 and comes from a function that is not known: no errno, and no number of this function. */
	readonly unlikely: boolean;
	readonly given: ReturnEffects;
}

export interface FunctionResult {
	readonly fn: FunctionIR;
	readonly exits: readonly Exit[];
	readonly events: readonly Event[];
	/** The function has too many states: nothing is known of it. */
	readonly limitExceeded: boolean;
}

/** What the walk asks of the rest of the file. */
export interface SummaryProvider {
	apiCall(expr: Expr): ApiCall | undefined;
	/** The file finds pages again by their frame number or address. */
	readonly byAddress: boolean;
	/** The function, or one it calls, releases pins by their address in a device. */
	releasesByAddress(name: string): boolean;
	/** undefined for a function whose body is not known. */
	summary(name: string): Summary | undefined;
}

/** Something a loop does to elements, one a pass: at its end it has done it to all it goes through. */
export interface LoopEffect {
	/** `partlyReleased`: to some of them, it is not seen which. */
	readonly status: 'released' | 'partlyReleased' | 'escaped';
	readonly call: CallExpr | undefined;
	readonly kinds: ReadonlySet<string>;
	/** What `call` makes of an entry that is NULL. */
	readonly overNull: OverNull;
}

export const ESCAPED: LoopEffect = { status: 'escaped', call: undefined, kinds: new Set(), overNull: 'always' };

/** A release: of what, by whom, as which kind. */
export interface Release {
	readonly call: CallExpr;
	/** The call in the callee that does it; `call` itself for a release written here. */
	readonly inner: CallExpr;
	readonly kinds: ReadonlySet<string>;
	readonly count: Expr | undefined;
	/** A negative number is not refused: it walks past the array. */
	readonly walksPast: boolean;
	/** What it makes of an entry that is NULL. */
	readonly overNull: OverNull;
	/** The callee changes the object the pages are in, and may know by that what is left to release. */
	readonly remembers: boolean;
	/** The callee goes through all entries of a container. */
	readonly isOfAllEntries?: boolean;
}

/** One function while its paths are walked. */
export class FunctionWalk {
	readonly fn: FunctionIR;
	readonly around: SummaryProvider;
	/** What each loop does to the elements of a place, one a pass. */
	readonly sweeps = new Map<Loop, Map<string, LoopEffect>>();
	/** Names that stand for two variables. */
	readonly shadowed: ReadonlySet<string>;
	/** Pages are given back through their frame number or address: whoever has that has the page. */
	readonly byAddress: boolean;
	/** Parameters that are pages or arrays of them, with their depth: 3 for the address of an array. */
	readonly given: ReadonlyMap<string, number>;
	/** Values of calls that the arms of a switch ask for. */
	readonly kept: ReadonlySet<string>;
	/** Arrays whose entries this function sets itself as well. */
	readonly filled = new Set<string>();
	/** Containers that get the one page that a call takes in each pass of a loop: the resource, and where it is stored. */
	readonly entered = new Map<string, { readonly id: string; readonly at: number }>();
	/** Containers that get pages which no call of this function has taken. */
	readonly mixed = new Set<string>();
	/** Variables that are scatterlist tables. */
	readonly tables: ReadonlySet<string>;
	events: Event[] = [];
	exits: Exit[] = [];
	/** A sweep was found in this round. */
	grown = false;

	constructor(fn: FunctionIR, around: SummaryProvider) {
		this.fn = fn;
		this.around = around;
		this.given = new Map(
			fn.params
				.filter(({ type }) => type.pointers > 0 && /^struct (?:page|folio)$/.test(type.base))
				.map(({ name, type }) => [name, type.pointers + (type.array ? 1 : 0)]),
		);
		this.tables = new Set(
			[...fn.params, ...fn.locals].flatMap(({ name, type }) =>
				/^struct sg_(?:append_)?table$/.test(type.base) ? name : [],
			),
		);
		this.byAddress = fn.calls.some((call) => call.args.some((arg) => givesBackAddress(call, arg)));
		this.kept = new Set(
			fn.blocks.flatMap(({ test }) =>
				test?.kind === 'binary' && test.left.kind === 'other' && test.left.items.length === 0
					? [expressionKey(test.left)]
					: [],
			),
		);
		this.shadowed = shadowedNames(fn);
	}
}

/** `unpin_user_page(pfn_to_page(pfn))` */
function givesBackAddress(call: CallExpr, arg: Expr): boolean {
	const at = bare(arg);
	return (
		at.kind === 'call' &&
		/^(?:pfn_to_page|virt_to_(?:head_)?page|phys_to_page|pfn_folio|virt_to_folio)$/.test(at.name) &&
		/put|release|unpin/.test(call.name)
	);
}
