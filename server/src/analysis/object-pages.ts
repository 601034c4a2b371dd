/**
 * Pages that an object carries rather than an array of pages: those of a bio, and those of an array of bio_vecs. On each path
 * of one function: are they held, and who has the object.
 */

import { BIO_ALLOCATORS, BIO_FREES, BIO_PAGE_RELEASES, BIO_READERS, BVEC_NUMBERS } from '../kernel/bio.js';
import { ALLOCATORS, FREES, readsOnly } from '../kernel/function-models.js';
import { KERNEL_TESTS } from '../kernel/iterator-kinds.js';
import type { CallExpr, CType, Expr, FunctionIR, Step } from '../syntax/ir.js';
import type { FileContext } from './context.js';
import { type DataflowAnalysis, solve, visitStates } from './dataflow.js';
import {
	type AbstractValue,
	armKey,
	assigned,
	type Environment,
	havocMemory,
	joinEnvironments,
	NOTHING,
	refine,
	resultKey,
	source,
	valueIn,
	without,
	withoutResults,
} from './environment.js';
import { iteratorKind } from './iterator-kind.js';
import { canonicalText } from './path-conditions.js';
import { refineBy } from './refine-test.js';
import { isLocal, isParameter, localOf, parameterAt } from './variables.js';
import { bare, everywhere, isNull, movedBy, parts, place, rootOf } from './walk.js';

/**
 * `none`: the call took nothing. `handed`: a function got the object and may have ended it. `lost`, `ended`: the object was
 * freed with the pages held, or after their release.
 */
type Status = 'held' | 'released' | 'handed' | 'none' | 'lost' | 'ended';

/** An object whose pages a call took. */
export interface ObjectPages {
	readonly taking: CallExpr;
	/** The object: "bio", "dio->bio", "bv". */
	readonly name: string;
	/** Its elements carry the pages: whoever gets one of them may keep its page. */
	readonly isArray: boolean;
}

interface Hold {
	readonly pages: ObjectPages;
	readonly status: Status;
	/** Who got the object, when it is handed on or freed. */
	readonly by: CallExpr | undefined;
	/** That function succeeded, as its result on this path says. */
	readonly succeeded: boolean;
}

interface Disjunct {
	readonly holds: ReadonlyMap<string, Hold>;
	readonly known: Environment;
}

type Disjuncts = ReadonlyMap<string, Disjunct>;

/** The memory of an object is freed, with its pages still held. */
export interface FreedHeld {
	readonly pages: ObjectPages;
	readonly free: CallExpr;
}

/** A return with the pages still held. */
export interface ExitHeld {
	readonly pages: ObjectPages;
	readonly exit: Step | undefined;
	/** The function fails there. */
	readonly fails: boolean;
}

export interface ObjectLeaks {
	readonly freed: readonly FreedHeld[];
	readonly exits: readonly ExitHeld[];
}

const NO_LEAKS: ObjectLeaks = { freed: [], exits: [] };

/** More states than this at one place: nothing is said of the function. */
const MAX_DISJUNCTS = 24;
/** Rounds in which it is found which functions only borrow an object. */
const MAX_ROUNDS = 3;
/** Helpers of the file that are asked in turn. */
const MAX_DEPTH = 3;

/** Positions of the object and of the iterator among the arguments of a call that takes pages into an object. */
const TAKING: ReadonlyMap<string, readonly [object: number, iter: number]> = new Map([
	['bio_iov_iter_get_pages', [0, 1]],
	['bio_iov_iter_bounce', [0, 1]],
	['iov_iter_extract_bvecs', [1, 0]],
]);

const PIN_TESTS: ReadonlySet<string> = new Set(['iov_iter_extract_will_pin', 'user_backed_iter']);

/** The object a pointer expression names: "bio" of `bio` and of `&bio`, "bv" of `bv + n` and of `&bv[n]`. */
function objectOf(known: Environment, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'binary' && (at.op === '+' || at.op === '-')) return objectOf(known, at.left);
	if (at.kind === 'unary' && at.op === '&') {
		const inner = bare(at.operand);
		if (inner.kind === 'index') return objectOf(known, inner.object);
	}
	return source(known, at)
		?.replace(/^&/, '')
		.replace(/(?:\[\])+$/, '');
}

/** The expression reads one of the names, for more than a number beside the page. */
function mentions(expr: Expr, names: ReadonlySet<string>): boolean {
	if (expr.kind === 'field' && BVEC_NUMBERS.has(expr.field)) return false;
	return expr.kind === 'name' ? names.has(expr.name) : parts(expr).some((part) => mentions(part, names));
}

/** A function of the file that takes the pages for its caller: `return bio_iov_iter_get_pages(bio, iter);` */
function wrapped(file: FileContext, name: string): { readonly fn: FunctionIR; readonly call: CallExpr } | undefined {
	const fn = file.ir.defined.has(name) ? file.ir.lookup(name) : undefined;
	const inner = fn?.hasNoSyntaxErrors ? fn.calls.filter((call) => TAKING.has(call.name)) : [];
	const [call] = inner;
	if (!fn || !call || inner.length > 1 || call.name === 'iov_iter_extract_bvecs') return undefined;
	const returned = fn.blocks.some(({ steps }) =>
		steps.some((step) => step.kind === 'return' && step.value && bare(step.value) === call),
	);
	return returned ? { fn, call } : undefined;
}

export class ObjectPagesDomain implements DataflowAnalysis<Disjuncts> {
	readonly entry: Disjuncts;
	/** What the objects were whose memory a call frees. */
	readonly freed = new Map<CallExpr, Map<ObjectPages, Set<Status>>>();
	record = false;
	/** Functions that give the object back to who called them. */
	readonly borrowers: Set<CallExpr>;
	private readonly locals: ReadonlySet<string>;
	private readonly derived = new Map<string, ReadonlySet<string>>();

	constructor(
		private readonly file: FileContext,
		private readonly fn: FunctionIR,
		entry: readonly Hold[],
		borrowers: ReadonlySet<CallExpr>,
	) {
		this.entry = disjuncts([{ holds: new Map(entry.map((hold) => [hold.pages.name, hold])), known: NOTHING }]);
		this.borrowers = new Set(borrowers);
		this.locals = new Set([...fn.locals, ...fn.params].map(({ name }) => name));
	}

	step(state: Disjuncts, step: Step): Disjuncts {
		const now = each(state, (at) => [{ ...at, known: withoutResults(at.known) }]);
		switch (step.kind) {
			case 'declare': {
				const { start, end, name, type } = step.variable;
				const left: Expr = { start, end, kind: 'name', name };
				const after = step.init ? this.run(now, step.init) : now;
				return this.assign(after, left, '=', step.init, type.pointers > 0);
			}
			case 'each':
				return step.args.reduce((before, arg) => this.run(before, arg), now);
			case 'return': {
				const { value } = step;
				return value
					? each(this.run(now, value), ({ holds, known }) => [
							{ holds: this.handedOn(holds, known, value, undefined), known },
						])
					: now;
			}
			default:
				return this.run(now, step.expr);
		}
	}

	test(state: Disjuncts, test: Expr): Disjuncts {
		return this.run(
			each(state, (at) => [{ ...at, known: withoutResults(at.known) }]),
			test,
		);
	}

	assume(state: Disjuncts, test: Expr, truth: boolean): Disjuncts | undefined {
		const now = this.narrow(state, test, truth);
		return now.size === 0 ? undefined : now;
	}

	join(a: Disjuncts, b: Disjuncts): Disjuncts {
		return a === b ? a : disjuncts([...a.values(), ...b.values()]);
	}

	equal(a: Disjuncts, b: Disjuncts): boolean {
		if (a.size !== b.size) return false;
		for (const [key, { known }] of a) {
			const other = b.get(key)?.known;
			if (!other || other.facts.size !== known.facts.size || other.values.size !== known.values.size) return false;
			if (other.names.size !== known.names.size) return false;
		}
		return true;
	}

	size(state: Disjuncts): number {
		let size = 0;
		for (const { holds, known } of state.values())
			size += 1 + holds.size + known.facts.size + known.values.size + known.names.size;
		return size;
	}

	private run(state: Disjuncts, expr: Expr): Disjuncts {
		if (expr.kind === 'conditional') {
			const tested = this.run(state, expr.test);
			const chosen = (now: Disjuncts, arm: Expr | undefined): Disjuncts =>
				arm
					? each(this.run(now, arm), ({ holds, known }) => {
							const value = valueIn(known, arm);
							const values = value === undefined ? known.values : new Map(known.values).set(armKey(expr), value);
							return [{ holds, known: { ...known, values } }];
						})
					: now;
			const yes = chosen(this.narrow(tested, expr.test, true), expr.whenTrue);
			return this.join(yes, chosen(this.narrow(tested, expr.test, false), expr.whenFalse));
		}
		if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||')) {
			const left = this.run(state, expr.left);
			const goesOn = expr.op === '&&';
			const right = this.run(this.narrow(left, expr.left, goesOn), expr.right);
			return this.join(this.narrow(left, expr.left, !goesOn), right);
		}
		const inner = parts(expr).reduce((now, part) => this.run(now, part), state);
		if (expr.kind === 'call') return this.call(inner, expr);
		if (expr.kind === 'assign') return this.assign(inner, expr.left, expr.op, expr.right, true);
		const moved = movedBy(expr);
		if (moved) {
			const name = place(moved);
			return name ? each(inner, ({ holds, known }) => [{ holds, known: without(known, name) }]) : inner;
		}
		return inner;
	}

	private narrow(state: Disjuncts, test: Expr, truth: boolean): Disjuncts {
		const byAtom = (before: Disjuncts, at: Expr, outcome: boolean): Disjuncts =>
			each(before, ({ holds, known }) => {
				const now = refine(known, at, outcome);
				return now ? [{ holds: asked(holds, at, outcome), known: now }] : [];
			});
		return refineBy({ atom: byAtom, join: (a, b) => this.join(a, b) }, state, test, truth);
	}

	private assign(state: Disjuncts, left: Expr, op: string, right: Expr | undefined, isPointer: boolean): Disjuncts {
		const name = place(left);
		return each(state, ({ holds, known }) => {
			// the pointer is stored where others find it
			const isOwn = name !== undefined && isLocal(this.fn, rootOf(name)) && rootOf(name) === name;
			const kept = right && !isOwn ? this.handedOn(holds, known, right, undefined) : holds;
			// the variable names another object now
			const named = op === '=' && isOwn ? [...kept].filter(([key]) => rootOf(key) !== name || key === '') : undefined;
			const left_ = named && named.length < kept.size ? new Map(named) : kept;
			return [{ holds: left_, known: name === undefined ? known : assigned(known, left, op, right, isPointer) }];
		});
	}

	/** The holds after somebody got what an expression denotes. */
	private handedOn(
		holds: ReadonlyMap<string, Hold>,
		known: Environment,
		expr: Expr,
		by: CallExpr | undefined,
		succeeded = false,
	): ReadonlyMap<string, Hold> {
		let now = holds;
		for (const [key, hold] of holds) {
			if (hold.status !== 'held') continue;
			if (!this.denotes(hold.pages, known, expr)) continue;
			now = new Map(now).set(key, { ...hold, status: 'handed', by, succeeded });
		}
		return now;
	}

	/** The expression is the object, or something by which its pages can be found. */
	private denotes(pages: ObjectPages, known: Environment, expr: Expr): boolean {
		const { name, isArray } = pages;
		const at = bare(expr);
		if (isArray) return mentions(at, this.derivedFrom(name));
		if (at.kind === 'conditional' || at.kind === 'comma' || at.kind === 'list')
			return parts(at).some((part) => this.denotes(pages, known, part));
		const object = objectOf(known, at);
		// who gets the object around it, or a member of it, may reach it
		return (
			object !== undefined && (object === name || isWithin(name, object) || (isAddress(at) && isWithin(object, name)))
		);
	}

	/** The array and the locals that are made from it. */
	private derivedFrom(name: string): ReadonlySet<string> {
		let names = this.derived.get(name);
		if (!names) {
			const found = new Set([rootOf(name)]);
			for (let before = 0; before < found.size; ) {
				before = found.size;
				for (const { steps } of this.fn.blocks)
					for (const step of steps) {
						if (step.kind === 'declare' && isPointer(step.variable.type) && step.init && mentions(step.init, found))
							found.add(step.variable.name);
						const expr = step.kind === 'eval' ? step.expr : undefined;
						const target = expr?.kind === 'assign' ? place(expr.left) : undefined;
						const type = target && localOf(this.fn, target)?.type;
						if (expr?.kind === 'assign' && target && type && isPointer(type) && mentions(expr.right, found))
							found.add(target);
					}
			}
			names = found;
			this.derived.set(name, names);
		}
		return names;
	}

	private call(state: Disjuncts, call: CallExpr): Disjuncts {
		const taking = takingOf(this.file, this.fn, call);
		if (taking)
			return each(state, ({ holds, known }) => {
				const name = objectOf(known, taking.object);
				if (name === undefined) return [{ holds, known }];
				const pages: ObjectPages = { taking: call, name, isArray: taking.isArray };
				const before = holds.get(name);
				const got: Hold = { pages, status: 'held', by: undefined, succeeded: false };
				const none: Hold = before ?? { ...got, status: 'none' };
				const after = touched(known, call, this.locals);
				return [
					{ holds: new Map(holds).set(name, got), known: withResult(after, call, taking.success) },
					{ holds: new Map(holds).set(name, none), known: withResult(after, call, taking.failure) },
				];
			});
		if (BIO_READERS.test(call.name) || readsOnly(call.name) || ALLOCATORS.test(call.name)) return state;
		return each(state, (at) => this.called(at, call));
	}

	private called({ holds, known }: Disjunct, call: CallExpr): Disjunct[] {
		const after = touched(known, call, this.locals);
		if (![...holds.values()].some(({ status }) => status !== 'none')) return [{ holds, known: after }];
		const effect = effectOf(this.file, call);
		if (effect === 'released') return [{ holds: this.released(holds, known, call), known: after }];
		if (effect === 'freed') return [{ holds: this.free(holds, known, call), known: after }];
		if (this.borrowers.has(call)) return [{ holds, known: after }];
		const hand = (succeeded: boolean): ReadonlyMap<string, Hold> =>
			call.args.reduce<ReadonlyMap<string, Hold>>((now, arg) => this.handedOn(now, known, arg, call, succeeded), holds);
		const failed = hand(false);
		if (failed === holds) return [{ holds, known: after }];
		return [
			{ holds: hand(true), known: withResult(after, call, 0) },
			{ holds: failed, known: withResult(after, call, 'negative') },
		];
	}

	private released(holds: ReadonlyMap<string, Hold>, known: Environment, call: CallExpr): ReadonlyMap<string, Hold> {
		const now = new Map(holds);
		for (const [key, hold] of holds) {
			if (!call.args.some((arg) => this.denotes(hold.pages, known, arg))) continue;
			if (hold.status === 'handed' && hold.by && hold.succeeded) this.borrowers.add(hold.by);
			now.set(key, { ...hold, status: 'released' });
		}
		return now;
	}

	private free(holds: ReadonlyMap<string, Hold>, known: Environment, call: CallExpr): ReadonlyMap<string, Hold> {
		const object = call.args[0] && objectOf(known, call.args[0]);
		if (object === undefined) return holds;
		const now = new Map(holds);
		for (const [key, hold] of holds) {
			if (key !== object && !isWithin(key, object)) continue;
			const { pages, status } = hold;
			if (status !== 'held' && status !== 'released') {
				now.delete(key);
				continue;
			}
			now.set(key, { ...hold, status: status === 'held' ? 'lost' : 'ended', by: call });
			if (!this.record) continue;
			const seen = this.freed.get(call) ?? new Map<ObjectPages, Set<Status>>();
			this.freed.set(call, seen);
			const already = [...seen.keys()].find(({ taking }) => taking === pages.taking) ?? pages;
			seen.set(already, new Set([...(seen.get(already) ?? []), status]));
		}
		return now;
	}
}

function isPointer({ pointers, array }: CType): boolean {
	return pointers > 0 || array;
}

function isWithin(inner: string, outer: string): boolean {
	return inner.startsWith(outer) && /^(?:->|\.|\[)/.test(inner.slice(outer.length));
}

function isAddress(expr: Expr): boolean {
	return expr.kind === 'unary' && expr.op === '&';
}

/** What an answer about the iterator, or about the flag of the bio, says of the pages: nothing was pinned. */
function asked(holds: ReadonlyMap<string, Hold>, test: Expr, truth: boolean): ReadonlyMap<string, Hold> {
	if (test.kind !== 'call' || !test.args[0]) return holds;
	const denies = truth ? KERNEL_TESTS.has(test.name) : PIN_TESTS.has(test.name);
	const unflagged =
		!truth && test.name === 'bio_flagged' && test.args[1] && canonicalText(test.args[1]) === 'BIO_PAGE_PINNED';
	if (!denies && !unflagged) return holds;
	const subject = canonicalText(test.args[0]);
	const now = new Map(holds);
	for (const [key, hold] of holds) {
		const [, at] = TAKING.get(hold.pages.taking.name) ?? [0, 1];
		const iter = hold.pages.taking.args[at];
		if (unflagged || (iter && canonicalText(iter) === subject)) now.set(key, { ...hold, status: 'none' });
	}
	return now;
}

function withResult(known: Environment, call: CallExpr, value: AbstractValue): Environment {
	return { ...known, values: new Map(known.values).set(resultKey(call), value) };
}

/** What a call may have changed: what its arguments point at, and memory. */
function touched(before: Environment, call: CallExpr, locals: ReadonlySet<string>): Environment {
	let known = before;
	for (const arg of call.args) {
		const at = bare(arg);
		const name = at.kind === 'unary' && at.op === '&' ? place(at.operand) : undefined;
		if (name) known = without(known, name);
	}
	return havocMemory(known, (name) => locals.has(name));
}

interface TakingCall {
	readonly object: Expr;
	readonly isArray: boolean;
	readonly success: AbstractValue;
	readonly failure: AbstractValue;
}

/** The call takes pages into an object, and not out of an iterator over kernel memory. */
function takingOf(file: FileContext, fn: FunctionIR, call: CallExpr): TakingCall | undefined {
	const errno = { isArray: false, success: 0, failure: 'negative' } as const;
	const own = wrapped(file, call.name);
	if (own) {
		const inner = own.call.args[0] && bare(own.call.args[0]);
		const object = inner?.kind === 'name' ? call.args[parameterAt(own.fn, inner.name)] : undefined;
		return object && { ...errno, object };
	}
	const at = TAKING.get(call.name);
	const [object, iter] = at?.map((position) => call.args[position]) ?? [];
	if (!object || !iter || !file.apiCall(call) || iteratorKind(file, fn, call, iter) === 'kernel') return undefined;
	return call.name === 'iov_iter_extract_bvecs'
		? { object, isArray: true, success: 'positive', failure: 'negative' }
		: { ...errno, object };
}

/** What a function does to the object in its arguments, as far as that is certain. */
function effectOf(file: FileContext, call: CallExpr, depth = 0): 'released' | 'freed' | undefined {
	const { name } = call;
	const fn = file.ir.defined.has(name) ? file.ir.lookup(name) : undefined;
	if (!fn) {
		if (BIO_PAGE_RELEASES.has(name) || file.kernel.api(name)?.record.group === 'release') return 'released';
		return BIO_FREES.has(name) || FREES.has(name) ? 'freed' : undefined;
	}
	if (depth >= MAX_DEPTH) return undefined;
	const given = new Set(fn.params.map((param) => param.name));
	const inner = fn.calls.filter((other) => other.name !== name && other.args.some((arg) => mentions(arg, given)));
	const effects = inner.map((other) => effectOf(file, other, depth + 1));
	if (effects.includes('released')) return 'released';
	const first = fn.params[0]?.name;
	const frees = inner.every(
		(other, i) =>
			(effects[i] === 'freed' && other.args[0] !== undefined && place(other.args[0]) === first) ||
			BIO_READERS.test(other.name),
	);
	return frees && effects.includes('freed') ? 'freed' : undefined;
}

function keyOf({ holds }: Disjunct): string {
	return [...holds]
		.map(
			([key, { status, by, succeeded, pages }]) =>
				`${key} ${status} ${by?.start ?? ''} ${succeeded} ${pages.taking.start}`,
		)
		.sort()
		.join();
}

/** Nothing can be said any more. */
const GIVEN_UP: Disjuncts = new Map([['given up', { holds: new Map(), known: NOTHING }]]);

/** States by what they hold: those that hold the same are one, which knows what all of them know. */
function disjuncts(all: readonly Disjunct[]): Disjuncts {
	const found = new Map<string, Disjunct>();
	for (const one of all) {
		if (one === GIVEN_UP.get('given up')) return GIVEN_UP;
		const key = keyOf(one);
		const old = found.get(key);
		found.set(key, old ? { ...old, known: joinEnvironments(old.known, one.known) } : one);
	}
	return found.size > MAX_DISJUNCTS ? GIVEN_UP : found;
}

function each(state: Disjuncts, change: (one: Disjunct) => readonly Disjunct[]): Disjuncts {
	return state === GIVEN_UP ? state : disjuncts([...state.values()].flatMap(change));
}

/** Pages of the objects that `fn` fills itself, or is given with `entry`, and does not release. */
export function objectLeaks(file: FileContext, fn: FunctionIR, entry: readonly ObjectPages[] = []): ObjectLeaks {
	if (!fn.hasNoSyntaxErrors) return NO_LEAKS;
	const given = entry.map((pages): Hold => ({ pages, status: 'held', by: undefined, succeeded: false }));
	let borrowers: ReadonlySet<CallExpr> = new Set();
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const flow = new ObjectPagesDomain(file, fn, given, borrowers);
		const entries = solve(fn, flow);
		if (flow.borrowers.size > borrowers.size) {
			borrowers = flow.borrowers;
			continue;
		}
		flow.record = true;
		const exits: Exit[] = [];
		for (const [id, state] of entries) {
			const block = fn.blocks[id];
			if (!block || block.successors.length > 0 || block.stops) continue;
			const last = block.steps.at(-1);
			let now = state;
			for (const step of block.steps) now = flow.step(now, step);
			const value = last?.kind === 'return' ? last.value : undefined;
			for (const { holds, known } of now.values())
				for (const { pages, status, by } of holds.values())
					exits.push({ pages, status, by, exit: last, value: value && valueIn(known, value) });
		}
		visitStates(fn, flow, entries, (state, at) => {
			if (at.kind !== 'eval' && at.kind !== 'declare' && at.kind !== 'return' && at.kind !== 'each')
				flow.test(state, at);
		});
		return { freed: freedHeld(flow.freed, exits), exits: heldAt(fn, exits) };
	}
	return NO_LEAKS;
}

interface Exit {
	readonly pages: ObjectPages;
	readonly status: Status;
	readonly by: CallExpr | undefined;
	readonly exit: Step | undefined;
	readonly value: AbstractValue | undefined;
}

/**
 * The frees that lose pages for sure: on all paths, or on those to a return whose value tells that they went another way than
 * the paths on which the pages are released.
 */
function freedHeld(freed: ObjectPagesDomain['freed'], exits: readonly Exit[]): FreedHeld[] {
	return [...freed].flatMap(([free, seen]) =>
		[...seen].flatMap(([pages, statuses]): FreedHeld[] => {
			if (!statuses.has('held')) return [];
			const of = (status: Status): readonly Exit[] =>
				exits.filter((exit) => exit.by === free && exit.status === status && exit.pages.taking === pages.taking);
			const told = of('lost').some((lost) =>
				of('ended').every(
					({ exit, value }) => exit !== lost.exit || (value !== lost.value && lost.value !== undefined),
				),
			);
			return !statuses.has('released') || told ? [{ pages, free }] : [];
		}),
	);
}

/** The exits with pages that are held there for sure: not where something that is not seen decides whether they are released. */
function heldAt(fn: FunctionIR, exits: readonly Exit[]): ExitHeld[] {
	const isError = ({ value }: Exit): boolean =>
		value === 'negative' || value === 'nonzero' || (typeof value === 'number' && value < 0);
	return exits
		.filter((exit) => exit.status === 'held' && isOwn(fn, exit, isError(exit)))
		.filter(
			(exit) =>
				!exits.some(
					(other) =>
						other.pages.taking === exit.pages.taking &&
						other.status === 'released' &&
						(isError(exit) ? other.exit === exit.exit && other.value === exit.value : !isError(other)),
				),
		)
		.map((exit) => ({ pages: exit.pages, exit: exit.exit, fails: isError(exit) }));
}

/** Nobody but this function knows the object, or nobody is told how many pages are in it. */
function isOwn(fn: FunctionIR, { pages }: Exit, fails: boolean): boolean {
	const { name, isArray, taking } = pages;
	if (rootOf(name) !== name) return false;
	const local = localOf(fn, name);
	if (local?.type.pointers === 1 && !local.type.array) return isAllocated(fn, name) && !isKnownBefore(fn, pages);
	if (local) return true;
	if (!isArray || !fails || !isParameter(fn, name)) return false;
	const count = taking.args[3] && bare(taking.args[3]);
	const counter = count?.kind === 'unary' && count.op === '&' ? place(count.operand) : undefined;
	return counter !== undefined && isLocal(fn, counter);
}

/** Before the pages were taken, somebody got the object or found the one around it. */
function isKnownBefore(fn: FunctionIR, { name, taking }: ObjectPages): boolean {
	let isKnown = false;
	const denotes = (expr: Expr): boolean => objectOf(NOTHING, expr) === name;
	everywhere(fn, (expr) => {
		if (expr.start >= taking.start || isKnown) return;
		if (expr.kind === 'assign') isKnown = denotes(expr.right) && place(expr.left) !== name;
		else if (expr.kind === 'call' && expr.args.some(denotes))
			isKnown = expr.name.startsWith('container_of') || !(BIO_READERS.test(expr.name) || readsOnly(expr.name));
	});
	return isKnown;
}

function isAllocated(fn: FunctionIR, name: string): boolean {
	const isAllocation = (expr: Expr | undefined): boolean => {
		const at = expr && bare(expr);
		return at?.kind === 'call' && (ALLOCATORS.test(at.name) || BIO_ALLOCATORS.test(at.name));
	};
	const values = fn.blocks.flatMap(({ steps }) =>
		steps.flatMap((step): (Expr | undefined)[] => {
			if (step.kind === 'declare' && step.variable.name === name) return [step.init];
			return step.kind === 'eval' && step.expr.kind === 'assign' && place(step.expr.left) === name
				? [step.expr.right]
				: [];
		}),
	);
	return values.some(isAllocation) && values.every((value) => !value || isNull(value) || isAllocation(value));
}

/** The functions of the file that take pages into objects, with the objects they fill. */
export function objectsFilled(file: FileContext): ReadonlyMap<FunctionIR, readonly ObjectPages[]> {
	const names = [...TAKING.keys()].filter((name) => file.text.includes(name) && !file.ir.defined.has(name));
	const wrappers = names
		.flatMap((name) => file.ir.callers(name).map((fn) => fn.name))
		.filter((name) => wrapped(file, name) !== undefined);
	const found = new Map<FunctionIR, readonly ObjectPages[]>();
	for (const fn of new Set([...names, ...wrappers].flatMap((name) => file.ir.callers(name))))
		found.set(
			fn,
			fn.calls.flatMap((call): ObjectPages[] => {
				const taking = takingOf(file, fn, call);
				const name = taking && objectOf(NOTHING, taking.object);
				return taking && name !== undefined ? [{ taking: call, name, isArray: taking.isArray }] : [];
			}),
		);
	return found;
}
