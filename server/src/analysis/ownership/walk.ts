/** Walk all paths of one function, with what is held on each. */
import { ADDRESSES, ALLOCATORS, FREES, KEEPERS, PUBLISHERS, readsOnly, TAKERS } from '../../kernel/callees.js';
import type { Block, CallExpr, Expr, FunctionIR, Loop, Range, Step } from '../../syntax/ir.js';
import type { ApiCall } from '../context.js';
import { forget, written } from '../facts.js';
import type { Held } from '../holders.js';
import { variableType } from '../integers.js';
import { bare, isNull, parts, place, rootOf } from '../walk.js';
import { bound, loopsAround } from './loops.js';
import { placeOf, type Spot, spotOf, within } from './places.js';
import {
	ANY,
	type Holding,
	merge,
	NEG,
	POS,
	type Position,
	State,
	temporary,
	UNKNOWN,
	type Value,
	ZERO,
} from './state.js';
import { mapped, type Summary, type Way } from './summary.js';
import { assume, carriedBy, GIVEN, valueAt, worth } from './values.js';

/** States of one block, and steps of one function, beyond which the function is given up. */
const MOST_STATES = 64;
const MOST_STEPS = 12_000;
/** Rounds in which what loops do to every element is found. */
const MOST_ROUNDS = 4;

/** What a path came upon. */
export type Event =
	| { readonly kind: 'double'; readonly holding: Holding; readonly release: CallExpr; readonly state: State }
	| {
			readonly kind: 'overrun';
			readonly holding: Holding;
			readonly release: CallExpr;
			readonly why: 'short' | 'failed' | 'negative';
			readonly state: State;
	  }
	| { readonly kind: 'unoffset'; readonly holding: Holding; readonly release: CallExpr; readonly state: State }
	/** A function of the file releases the pages as another kind. */
	| {
			readonly kind: 'mismatch';
			readonly holding: Holding;
			readonly release: CallExpr;
			readonly inner: CallExpr;
			readonly state: State;
	  }
	/** A release, right or wrong: for those who look for partners. */
	| { readonly kind: 'release'; readonly holding: Holding; readonly release: CallExpr; readonly inner: CallExpr }
	/** Pages of one kind are kept in a field or released from one. */
	| {
			readonly kind: 'field';
			readonly place: string;
			readonly held: string;
			readonly call: CallExpr;
			readonly takes: boolean;
	  };

/** One way out of the function. */
export interface Exit extends Range {
	readonly state: State;
	readonly signs: number;
	readonly result: string | undefined;
}

export interface Walked {
	readonly fn: FunctionIR;
	readonly exits: readonly Exit[];
	readonly events: readonly Event[];
	/** The function has too many states: nothing is known of it. */
	readonly bounded: boolean;
}

/** What the walk asks of the rest of the file. */
export interface Surroundings {
	apiCall(expr: Expr): ApiCall | undefined;
	/** undefined for a function whose body is not known. */
	summary(name: string): Summary | undefined;
}

/** Something a loop does to elements, one a pass: at its end it has done it to all it goes through. */
interface Sweep {
	readonly status: 'released' | 'gone';
	readonly call: CallExpr | undefined;
	readonly kinds: ReadonlySet<string>;
}

const GONE: Sweep = { status: 'gone', call: undefined, kinds: new Set() };

/** A release: of what, by whom, as which kind. */
interface Release {
	readonly call: CallExpr;
	/** The call in the callee that does it; `call` itself for a release written here. */
	readonly inner: CallExpr;
	readonly kinds: ReadonlySet<string>;
	readonly count: Expr | undefined;
	readonly dirties: boolean;
}

class PathWalk {
	private readonly fn: FunctionIR;
	private readonly around: Surroundings;
	private readonly sweeps = new Map<Loop, Map<string, Sweep>>();
	private readonly shadowed: ReadonlySet<string>;
	/** Pages are given back through their frame number or address: whoever has that has the page. */
	private readonly byAddress: boolean;
	private readonly given: ReadonlySet<string>;
	private events: Event[] = [];
	private exits: Exit[] = [];
	private grown = false;

	constructor(fn: FunctionIR, around: Surroundings) {
		this.fn = fn;
		this.around = around;
		const names = [...fn.params, ...fn.locals].map((v) => v.name);
		this.given = new Set(
			fn.params.filter(({ type }) => type.pointers > 0 && /^struct (?:page|folio)$/.test(type.base)).map((v) => v.name),
		);
		this.byAddress = fn.calls.some((call) => call.args.some((arg) => givesBackAddress(call, arg)));
		this.shadowed = new Set(names.filter((name, i) => names.indexOf(name) !== i));
	}

	run(): Walked {
		for (let round = 0; round < MOST_ROUNDS; round++) {
			this.events = [];
			this.exits = [];
			this.grown = false;
			if (!this.explore()) return { fn: this.fn, exits: [], events: [], bounded: true };
			if (!this.grown) break;
		}
		return { fn: this.fn, exits: this.exits, events: this.events, bounded: false };
	}

	private explore(): boolean {
		const { blocks } = this.fn;
		const seen: Map<string, State>[] = blocks.map(() => new Map());
		const pending: [block: number, key: string][] = [];
		const arrive = (id: number, state: State): boolean => {
			state.settle();
			const here = seen[id] as Map<string, State>;
			const key = state.key();
			const old = here.get(key);
			const now = old ? merge(old, state) : state;
			if (now === old) return true;
			here.set(key, now);
			if (!pending.some(([block, k]) => block === id && k === key)) pending.push([id, key]);
			return here.size <= MOST_STATES;
		};
		if (blocks.length === 0) return true;
		const entry = new State();
		entry.given = this.given;
		arrive(0, entry);
		for (let steps = 0; pending.length; steps++) {
			if (steps > MOST_STEPS) return false;
			const [id, key] = pending.shift() as [number, string];
			const state = seen[id]?.get(key);
			if (!state) continue;
			for (const [next, after] of this.leave(blocks[id] as Block, state.clone()))
				if (!arrive(next, after)) return false;
		}
		this.events = [];
		this.exits = [];
		for (const block of blocks)
			for (const state of (seen[block.id] as Map<string, State>).values()) this.leave(block, state.clone());
		return true;
	}

	/** States on the edges out of a block. */
	private leave(block: Block, entry: State): [number, State][] {
		let states = [entry];
		for (const step of block.steps) states = states.flatMap((state) => this.step(state, step));
		const { test } = block;
		if (!test) {
			if (block.successors.length === 0 && block.steps.at(-1)?.kind !== 'return' && !block.stops)
				for (const state of states) this.exit(state, { start: this.fn.body.end - 1, end: this.fn.body.end }, undefined);
			return states.flatMap((state) =>
				block.successors.map((next): [number, State] => [next, this.edge(block, next, state.clone())]),
			);
		}
		const tested = states.flatMap((state) => this.eval(state, test));
		return tested.flatMap((state) =>
			block.successors.flatMap((next, i): [number, State][] => {
				const after = state.clone();
				if (!assume(after, test, i === 0)) return [];
				after.note(test, i === 0 ? 'true' : 'false');
				return [[next, this.edge(block, next, after)]];
			}),
		);
	}

	/** At the ordinary end of a loop everything it went through has been done. */
	private edge(block: Block, next: number, state: State): State {
		for (const loop of this.fn.loops) {
			if (loop.exit !== next || !loop.heads.includes(block.id)) continue;
			for (const [name, sweep] of this.sweeps.get(loop) ?? []) this.finish(state, loop, name, sweep);
		}
		return state;
	}

	private finish(state: State, loop: Loop, name: string, sweep: Sweep): void {
		const held = [...state.holdings.values()].filter((h) => h.place === name);
		if (held.length === 0) {
			this.touch(state, name, sweep.status, sweep.kinds, sweep.call);
			return;
		}
		const end = bound(loop);
		for (const holding of held) {
			if (holding.status === 'released' && sweep.status === 'released') continue;
			const { position } = holding;
			const missed =
				position?.side === 'above' ||
				(position?.side === 'at' && end !== undefined && this.sameIndex(state, end, position.of));
			if (missed) state.update(holding.id, { spared: sweep.call, earlier: false });
			else if (holding.status !== 'gone')
				state.update(holding.id, {
					status: sweep.status,
					released: sweep.status === 'released' ? sweep.call : holding.released,
				});
		}
	}

	private sameIndex(state: State, a: string, b: string): boolean {
		const canonical = (name: string): string => state.values.get(name)?.copyOf ?? name;
		return canonical(a) === canonical(b);
	}

	private exit(state: State, at: Range, value: Expr | undefined): void {
		const returned = value ? worth(state, value) : UNKNOWN;
		if (value) {
			for (const id of this.mentioned(state, value)) state.update(id, { counted: true });
			this.handOn(state, value, undefined);
			const carried = carriedBy(state, value);
			if (carried) state.update(carried, { status: 'gone' });
		}
		const kept = value && returned.form === 'whole' ? returned.result : undefined;
		this.exits.push({ start: at.start, end: at.end, state, signs: value ? returned.signs : ANY, result: kept });
	}

	private step(state: State, step: Step): State[] {
		switch (step.kind) {
			case 'declare': {
				const after = step.init ? this.eval(state, step.init) : [state];
				const { start, end, name } = step.variable;
				const left: Expr = { start, end, kind: 'name', name };
				if (step.init && step.init.kind !== 'list') {
					const { init } = step;
					return after.flatMap((now) => this.assignment(now, left, '=', init));
				}
				for (const now of after) {
					this.forgetVariable(now, name);
					if (step.init)
						for (const item of step.init.kind === 'list' ? step.init.items : []) this.handOn(now, item, undefined);
					now.values.set(name, { signs: ANY, fresh: step.init && isZeroList(step.init) ? 'zeroed' : 'raw' });
				}
				return after;
			}
			case 'return': {
				const after = step.value ? this.eval(state, step.value) : [state];
				for (const now of after) this.exit(now, step, step.value);
				return after;
			}
			case 'each': {
				let states = [state];
				for (const arg of step.args) states = states.flatMap((now) => this.eval(now, arg));
				for (const now of states)
					for (const arg of step.args) {
						const at = bare(arg);
						if (at.kind === 'name' && variableType(this.fn, at.name)) this.forgetVariable(now, at.name);
					}
				return states;
			}
			default:
				return this.eval(state, step.expr);
		}
	}

	/** Evaluate an expression: its effects, in the order C has them. */
	private eval(state: State, expr: Expr): State[] {
		switch (expr.kind) {
			case 'conditional': {
				const arms: State[] = [];
				for (const tested of this.eval(state, expr.test))
					for (const truth of [true, false]) {
						const arm = truth ? expr.whenTrue : expr.whenFalse;
						const now = tested.clone();
						if (!assume(now, expr.test, truth)) continue;
						for (const after of arm ? this.eval(now, arm) : [now]) {
							after.values.set(temporary(expr), arm ? worth(after, arm) : { signs: NEG | POS });
							arms.push(after);
						}
					}
				return arms;
			}
			case 'binary':
				if (expr.op === '&&' || expr.op === '||') {
					return this.eval(state, expr.left).flatMap((left) => {
						const goesOn = left.clone();
						const stops = assume(left, expr.left, expr.op === '||') ? [left] : [];
						return assume(goesOn, expr.left, expr.op === '&&') ? [...stops, ...this.eval(goesOn, expr.right)] : stops;
					});
				}
				break;
			case 'call':
				return this.parts(state, expr).flatMap((now) => this.call(now, expr));
			case 'assign':
				return this.parts(state, expr).flatMap((now) => this.assignment(now, expr.left, expr.op, expr.right));
			case 'unary':
				if (expr.op === '++' || expr.op === '--')
					return this.parts(state, expr).map((now) => {
						this.move(now, expr.operand, expr.op === '++' ? POS : NEG);
						return now;
					});
		}
		return this.parts(state, expr);
	}

	private parts(state: State, expr: Expr): State[] {
		let states = [state];
		for (const part of parts(expr)) states = states.flatMap((now) => this.eval(now, part));
		return states;
	}

	// ---- assignments

	/** `x++`, `x += n`: what lay at the index lies below it now. */
	private move(state: State, left: Expr, direction: number): void {
		const name = placeOf(state, left);
		if (name === undefined) return;
		const old = valueAt(state, name);
		for (const holding of state.holdings.values()) {
			if (holding.position?.of !== name) continue;
			const side =
				direction === POS
					? holding.position.side === 'above'
						? undefined
						: 'below'
					: holding.position.side === 'at'
						? 'above'
						: undefined;
			state.update(holding.id, { position: side ? { of: name, side } : undefined });
		}
		this.forgetMention(state, name);
		state.values.set(name, {
			...old,
			signs: direction === POS && !(old.signs & NEG) ? POS : ANY,
			constant: undefined,
			copyOf: undefined,
			form: old.result === undefined ? undefined : 'sum',
		});
	}

	/** An assignment; a variable that remembers a test is followed for either answer. */
	private assignment(state: State, left: Expr, op: string, right: Expr): State[] {
		if (op !== '=' || !this.remembers(state, right)) {
			this.assign(state, left, op, right);
			return [state];
		}
		return [true, false].flatMap((truth) => {
			const now = state.clone();
			if (!assume(now, right, truth)) return [];
			this.assign(now, left, op, right);
			const name = placeOf(now, left);
			if (name !== undefined) now.values.set(name, truth ? { signs: POS, constant: 1 } : { signs: ZERO, constant: 0 });
			return [now];
		});
	}

	/** `failed = ret < 0`, `pinned = iov_iter_extract_will_pin(iter)` */
	private remembers(state: State, right: Expr): boolean {
		const at = bare(right);
		if (at.kind === 'call') return at.name === 'iov_iter_extract_will_pin' || at.name === 'user_backed_iter';
		if (at.kind !== 'binary' || !/^(?:==|!=|<|>|<=|>=)$/.test(at.op)) return false;
		return [at.left, at.right].some((side) => worth(state, side).result !== undefined);
	}

	private assign(state: State, left: Expr, op: string, right: Expr): void {
		const at = bare(left);
		for (const id of this.mentioned(state, right)) state.update(id, { counted: true });
		if (op !== '=') {
			const added = op === '+=' ? worth(state, right) : UNKNOWN;
			const name = placeOf(state, at);
			const old = name === undefined ? undefined : valueAt(state, name);
			this.move(state, at, op === '+=' ? POS : op === '-=' ? NEG : 0);
			if (name === undefined) return;
			const result = added.result ?? old?.result;
			const signs = op === '+=' && old && !((old.signs | added.signs) & NEG) ? ZERO | POS : ANY;
			state.values.set(name, {
				signs: op === '+=' && old?.signs === ZERO ? added.signs : signs,
				result,
				// the first summand of a count that starts at 0 is the count
				form:
					result === undefined
						? undefined
						: old?.signs === ZERO && added.form === 'whole' && op === '+='
							? 'whole'
							: 'sum',
				fresh: old?.fresh,
				published: old?.published,
			});
			return;
		}
		const value = this.valueToKeep(state, right);
		const api = this.around.apiCall(bare(right));
		if (api && isPageResult(api)) {
			const target = placeOf(state, at);
			if (at.kind === 'name') this.forgetVariable(state, at.name);
			if (target !== undefined) this.take(state, api, { place: target, shape: 'address', index: undefined });
			return;
		}
		// an object that is seen elsewhere keeps the number
		if (value.result !== undefined && at.kind !== 'name') state.update(value.result, { counted: true });
		if (at.kind === 'name') this.assignVariable(state, at.name, right, value);
		else this.assignPlace(state, at, right, value);
	}

	/** Value of the right side, with the place it is a copy of. */
	private valueToKeep(state: State, right: Expr): Value {
		const value = worth(state, right);
		const from = bare(right);
		if (from.kind !== 'name' && from.kind !== 'field') return value;
		const source = placeOf(state, from);
		return { ...value, copyOf: value.copyOf ?? source };
	}

	private assignVariable(state: State, name: string, right: Expr, value: Value): void {
		const local = variableType(this.fn, name) !== undefined;
		const at = bare(right);
		const address = at.kind === 'unary' && at.op === '&';
		const target = place(address ? at.operand : this.viewed(at));
		const resolved = target === undefined ? undefined : placeOf(state, address ? at.operand : this.viewed(at));
		// keeps an outer name of a place that is about to change
		const sameRoot = resolved !== undefined && rootOf(resolved) === name;
		if (resolved === name) return;
		this.forgetVariable(state, name);
		if (!local) {
			this.handOn(state, right, undefined);
			return;
		}
		const pointer = (variableType(this.fn, name)?.pointers ?? 0) > 0;
		if (pointer && resolved !== undefined && !sameRoot && !this.shadowed.has(name) && isNull(right) === false) {
			state.aliases.set(name, { place: resolved, address });
			return;
		}
		state.values.set(name, value);
	}

	/** The page another view is of. */
	private viewed(at: Expr): Expr {
		return at.kind === 'call' && /^(?:page_folio|compound_head|folio_page|nth_page)$/.test(at.name) && at.args[0]
			? bare(at.args[0])
			: at;
	}

	private assignPlace(state: State, left: Expr, right: Expr, value: Value): void {
		const name = placeOf(state, left);
		const root = name === undefined ? undefined : rootOf(name);
		const own = root !== undefined && this.isOwn(state, root, name as string);
		const from = placeOf(state, bare(right));
		if (
			name !== undefined &&
			own &&
			from !== undefined &&
			!name.includes('[]') &&
			this.fn.locals.some((v) => v.name === from) &&
			this.isPointer(from)
		) {
			// an object of our own takes the pointer: both names are one from here on
			this.rename(state, from, name);
			state.values.set(name, value);
			if (root !== from) state.aliases.set(from, { place: name, address: false });
			return;
		}
		this.handOn(state, right, undefined);
		if (value.carries !== undefined && !(own && !name?.includes('[]'))) this.carriedOff(state, value.carries, left);
		if (name === undefined) return;
		this.forgetMention(state, name);
		for (const key of [...state.values.keys()]) if (within(key, name)) state.values.delete(key);
		for (const holding of state.holdings.values())
			if (within(holding.place, name) && holding.status === 'held') state.update(holding.id, { status: 'gone' });
		if (!name.includes('[]')) state.values.set(name, value);
		for (const holding of state.holdings.values())
			if (holding.position?.of === name) state.update(holding.id, { position: undefined });
	}

	private isPointer(name: string): boolean {
		const type = variableType(this.fn, name);
		return type !== undefined && type.pointers + (type.array ? 1 : 0) > 0;
	}

	private rename(state: State, from: string, to: string): void {
		for (const holding of state.holdings.values())
			if (within(holding.place, from)) state.update(holding.id, { place: to + holding.place.slice(from.length) });
		for (const [key, value] of [...state.values])
			if (key !== from && within(key, from)) state.values.set(to + key.slice(from.length), value);
	}

	/** The place lies in memory that only this function knows: a local variable, or an object it has just allocated. */
	private isOwn(state: State, root: string, name: string): boolean {
		const type = this.fn.locals.find((v) => v.name === root)?.type;
		if (!type || this.shadowed.has(root)) return false;
		const value = state.values.get(root);
		if (value?.published) return false;
		const direct = type.pointers === 0 || type.array;
		return direct
			? !name.slice(root.length).includes('->')
			: /^(?:->|$)/.test(name.slice(root.length)) &&
					value?.fresh !== undefined &&
					!name.slice(root.length + 2).includes('->');
	}

	/** A variable gets another value. */
	private forgetVariable(state: State, name: string): void {
		this.forgetMention(state, name);
		for (const key of [...state.values.keys()]) if (within(key, name)) state.values.delete(key);
		state.aliases.delete(name);
		for (const [local, alias] of [...state.aliases]) if (rootOf(alias.place) === name) state.aliases.delete(local);
		for (const holding of state.holdings.values()) {
			if (rootOf(holding.place) === name) state.holdings.delete(holding.id);
			else if (holding.position && rootOf(holding.position.of) === name)
				state.update(holding.id, { position: undefined });
		}
	}

	/** What was said in terms of this place holds no more. */
	private forgetMention(state: State, name: string): void {
		state.facts = forgetFacts(state, name);
		const word = new RegExp(`\\b${rootOf(name)}\\b`);
		for (const holding of state.holdings.values())
			if (holding.asked !== undefined && (holding.asked === name || (/^\w+$/.test(name) && word.test(holding.asked))))
				state.update(holding.id, { asked: undefined });
		for (const [key, value] of state.values)
			if (value.copyOf === name || (value.copyOf !== undefined && /^\w+$/.test(name) && rootOf(value.copyOf) === name))
				state.values.set(key, { ...value, copyOf: undefined });
	}

	// ---- calls

	private call(state: State, call: CallExpr): State[] {
		const api = this.around.apiCall(call);
		if (api) return this.apiCall(state, call, api);
		const { name } = call;
		if (TAKERS.has(name)) {
			const spot = call.args[0] && spotOf(state, call.args[0]);
			for (const h of this.holdingsAt(state, spot)) state.update(h.id, { shared: true });
			return [state];
		}
		if (FREES.has(name) || ALLOCATORS.test(name)) return [state];
		if (KEEPERS.has(name)) return this.keep(state, call);
		if (readsOnly(name)) {
			const carried =
				this.byAddress && ADDRESSES.has(name) && call.args[0] ? carriedBy(state, call.args[0]) : undefined;
			if (carried !== undefined) this.carriedOff(state, carried, call);
			for (const arg of call.args) for (const id of this.mentioned(state, arg)) state.update(id, { counted: true });
			if (/^mem(?:cpy|move)$/.test(name))
				for (const arg of call.args)
					for (const h of this.holdingsAt(state, spotOf(state, arg))) if (!h.single) this.leaveHands(state, h.id, call);
			this.writeThrough(state, call, false);
			return [state];
		}
		const summary = name ? this.around.summary(name) : undefined;
		if (summary) return this.summarised(state, call, summary);
		for (const arg of call.args) {
			for (const id of this.mentioned(state, arg)) state.update(id, { counted: true });
			this.handOn(state, arg, call);
		}
		this.writeThrough(state, call, true);
		return [state];
	}

	/** What a callee may change through the pointers it gets. */
	private writeThrough(state: State, call: CallExpr, fields: boolean): void {
		for (const arg of call.args) {
			const at = bare(arg);
			if (at.kind === 'unary' && at.op === '&') {
				const name = placeOf(state, at.operand);
				if (name === undefined || !(fields || /copy_from|get_user|swap/.test(call.name))) continue;
				this.forgetMention(state, name);
				for (const key of [...state.values.keys()]) if (within(key, name)) state.values.delete(key);
				for (const h of state.holdings.values()) if (h.place === name && h.single) state.holdings.delete(h.id);
			} else if (fields) {
				const name = placeOf(state, at);
				if (name === undefined) continue;
				for (const key of [...state.values.keys()]) if (key !== name && within(key, name)) state.values.delete(key);
				if ([...state.facts.keys()].some((fact) => fact.includes(`${name}->`)))
					state.facts = new Map([...state.facts].filter(([fact]) => !fact.includes(`${name}->`)));
			}
		}
	}

	/** Keeps the pages when it succeeds. */
	private keep(state: State, call: CallExpr): State[] {
		const failed = state.clone();
		failed.values.set(temporary(call), { signs: NEG });
		for (const arg of call.args) this.handOn(state, arg, call);
		state.values.set(temporary(call), { signs: ZERO });
		return [state, failed];
	}

	private apiCall(state: State, call: CallExpr, api: ApiCall): State[] {
		const { group, takes } = api.api.record;
		if (group === 'release') {
			const arg = api.arg('pages') ?? api.arg('page') ?? api.arg('folios') ?? api.arg('folio') ?? call.args[0];
			const dirty = api.arg('dirty');
			const dirties =
				dirty !== undefined &&
				!isNull(dirty) &&
				!(bare(dirty).kind === 'name' && (bare(dirty) as { name: string }).name === 'false');
			if (arg)
				this.release(state, spotOf(state, arg), {
					call,
					inner: call,
					kinds: new Set([takes]),
					count: api.arg('count'),
					dirties,
				});
			return [state];
		}
		if (takes === 'none' || !/^(?:get|pin|iov-iter|extract|helper)$/.test(group)) return [state];
		if (isPageResult(api)) return [state];
		const pages = api.arg('pages') ?? api.arg('page') ?? api.arg('folios');
		const target = pages && !isNull(pages) ? this.target(state, api, pages) : undefined;
		if (target) this.take(state, api, target);
		return [state];
	}

	/** Where a call puts its pages. */
	private target(state: State, api: ApiCall, pages: Expr): Spot | undefined {
		const type = api.shape?.params.find((param) => param.role === 'pages')?.type;
		const at = bare(pages);
		if (type === 'struct page ***' && !(at.kind === 'unary' && at.op === '&')) {
			const place = placeOf(state, at);
			return place === undefined ? undefined : { place: `${place}[]`, shape: 'whole', index: undefined };
		}
		const spot = spotOf(state, pages);
		if (type === 'struct page ***' && spot) return { ...spot, shape: 'whole' };
		return spot;
	}

	private take(
		state: State,
		api: ApiCall,
		spot: Spot,
		via?: { call: CallExpr; inner: Holding; index: Expr | undefined },
	): Holding {
		const call = via?.call ?? api.call;
		const id = via ? `${via.inner.id}@${call.start}` : `t${call.start}`;
		const count = api.arg('count');
		const asked = count && written(count);
		const askedValue = count && worth(state, count);
		const old = state.holdings.get(id);
		const index = via ? via.index : spot.index;
		const at =
			index === undefined
				? undefined
				: (state.values.get(placeOf(state, index) ?? '')?.copyOf ?? placeOf(state, index));
		const position: Position | undefined = at === undefined ? undefined : { of: at, side: 'at' };
		const again =
			old !== undefined && old.outcome !== 'none' && (old.status === 'held' || old.earlier) && old.status !== 'gone';
		const root = rootOf(spot.place);
		const published = state.values.get(root)?.published === true || this.shadowed.has(root);
		const single = via ? via.inner.single : spot.shape === 'address';
		const one = single && /^(?:page-|bool)/.test(api.api.record.meaning);
		const holding: Holding = {
			id,
			taking: api,
			call,
			kind: api.api.record.takes as Held,
			place: spot.place,
			single,
			asked,
			askedConstant: one ? 1 : askedValue?.constant,
			outcome: via ? via.inner.outcome : 'untested',
			earlier: again && (spot.shape === 'from' || via?.index !== undefined),
			status: published && !this.fn.params.some((p) => p.name === root) ? 'gone' : 'held',
			position,
			released: undefined,
			spared: undefined,
			counted: false,
			shared: this.shadowed.has(root),
		};
		if (spot.shape !== 'from' && !via?.index) this.makeRoom(state, id, spot.place);
		// a variable that stood for what was in the place before stands for nothing now
		for (const [local, alias] of [...state.aliases])
			if (within(alias.place, spot.place) && local !== root && (single || alias.place !== spot.place))
				state.aliases.delete(local);
		for (const key of [...state.values.keys()]) {
			const value = state.values.get(key);
			if (value?.result === id)
				state.values.set(
					key,
					holding.earlier ? { ...value, form: 'sum' } : { ...value, result: undefined, form: undefined },
				);
		}
		if (single)
			state.values.set(spot.place, { ...(state.values.get(spot.place) ?? UNKNOWN), signs: ANY, constant: undefined });
		state.holdings.set(id, holding);
		if (!via)
			state.values.set(temporary(call), {
				signs: api.api.record.meaning === 'bool' ? ZERO | POS : ANY,
				result: id,
				form: 'whole',
			});
		state.note(via?.call.nameRange ?? call.nameRange, `${spot.place}: taken by ${call.name}()`, id);
		if (this.isForeign(spot.place))
			this.events.push({ kind: 'field', place: spot.place, held: holding.kind, call: api.call, takes: true });
		return holding;
	}

	/** What other calls took into this place is overwritten: a copy of its only page is all that is left. */
	private makeRoom(state: State, id: string, place: string): void {
		for (const other of [...state.holdings.values()]) {
			if (other.id === id || other.place !== place) continue;
			const copy = [...state.aliases].find(
				([, alias]) => !alias.address && alias.place === (other.single ? place : `${place}[]`),
			);
			if (!copy || (!other.single && other.askedConstant !== 1)) {
				state.holdings.delete(other.id);
				continue;
			}
			state.aliases.delete(copy[0]);
			state.update(other.id, { place: copy[0], single: true });
		}
	}

	private isForeign(name: string): boolean {
		return name.includes('->') || name.includes('.');
	}

	private holdingsAt(state: State, spot: Spot | undefined): Holding[] {
		return spot ? [...state.holdings.values()].filter((h) => h.place === spot.place) : [];
	}

	// ---- releases

	private release(state: State, spot: Spot | undefined, release: Release): void {
		if (!spot) return;
		const count = release.count && worth(state, release.count);
		if (count?.signs === ZERO) return;
		if (release.count) for (const id of this.mentioned(state, release.count)) state.update(id, { counted: true });
		const held = this.holdingsAt(state, spot);
		if (held.length === 0) {
			this.releaseForeign(state, spot, release);
			return;
		}
		// several takings share the place: the one that has pages is meant
		const meant = held.some((h) => h.outcome !== 'none') ? held.filter((h) => h.outcome !== 'none') : held;
		for (const holding of meant) this.releaseHolding(state, holding, spot, release, count);
	}

	private releaseHolding(state: State, holding: Holding, spot: Spot, release: Release, count: Value | undefined): void {
		const { call, inner } = release;
		this.events.push({ kind: 'release', holding, release: call, inner });
		const bulk = release.count !== undefined && spot.shape !== 'element';
		if (bulk) this.judgeCount(state, holding, release, count);
		if (holding.outcome === 'none') return;
		if (
			inner !== call &&
			!release.kinds.has(holding.kind) &&
			release.kinds.size === 1 &&
			!holding.shared &&
			holding.kind !== 'extracted'
		)
			this.events.push({ kind: 'mismatch', holding, release: call, inner, state });
		const whole = holding.single || bulk || spot.shape === 'whole' || spot.shape === 'address';
		if (!whole) {
			this.releaseElement(state, holding, spot, release);
			return;
		}
		if (spot.shape === 'from') {
			state.update(holding.id, { status: 'part' });
			return;
		}
		if (bulk && holding.position && this.isIndex(state, release.count as Expr, holding.position)) {
			const reached = holding.position.side === 'below';
			state.update(holding.id, reached ? { status: 'released', released: call } : { spared: call, earlier: false });
			return;
		}
		const full = !bulk || this.isFullCount(state, holding, release.count as Expr, count);
		if (
			holding.status === 'released' &&
			full &&
			!holding.shared &&
			holding.released &&
			!this.sameLoopPass(holding, call)
		)
			this.events.push({ kind: 'double', holding, release: call, state });
		state.update(holding.id, { status: full ? 'released' : 'part', released: call });
		state.note(call.nameRange, `${holding.place}: released by ${call.name}()`, holding.id);
	}

	/** In a loop the same call releases what the next pass took. */
	private sameLoopPass(holding: Holding, call: CallExpr): boolean {
		return holding.released === call;
	}

	/** The number released is the index the pages were put at. */
	private isIndex(state: State, count: Expr, position: Position): boolean {
		const name = placeOf(state, count);
		return name !== undefined && this.sameIndex(state, name, position.of);
	}

	private isFullCount(state: State, holding: Holding, count: Expr, value: Value | undefined): boolean {
		if (value?.result === holding.id) return true;
		if (value?.constant !== undefined && value.constant === holding.askedConstant) return true;
		return holding.asked !== undefined && (written(count) === holding.asked || placeOf(state, count) === holding.asked);
	}

	private judgeCount(state: State, holding: Holding, release: Release, value: Value | undefined): void {
		const { call, count } = release;
		if (!count || holding.shared || holding.status !== 'held' || holding.earlier) return;
		if (value?.result === holding.id && value.form === 'whole' && value.signs & NEG && release.dirties) {
			if (holding.outcome === 'untested' || value.signs === NEG || holding.outcome === 'short') {
				this.events.push({ kind: 'overrun', holding, release: call, why: 'negative', state });
				return;
			}
		}
		if (value?.result === holding.id && value.form === 'unoffset' && holding.taking.api.record.meaning === 'bytes') {
			this.events.push({ kind: 'unoffset', holding, release: call, state });
			return;
		}
		if (value?.result !== undefined) return;
		const asked =
			holding.asked !== undefined && (written(count) === holding.asked || placeOf(state, count) === holding.asked);
		const same =
			asked || (value?.constant !== undefined && value.constant === holding.askedConstant && value.constant > 0);
		if (!same || (holding.outcome !== 'short' && holding.outcome !== 'none')) return;
		if (this.isZeroed(state, holding.place)) return;
		this.events.push({
			kind: 'overrun',
			holding,
			release: call,
			why: holding.outcome === 'short' ? 'short' : 'failed',
			state,
		});
	}

	/** Entries that were not filled are NULL. */
	private isZeroed(state: State, place: string): boolean {
		const value = state.values.get(place);
		return value?.fresh !== 'raw';
	}

	private releaseElement(state: State, holding: Holding, spot: Spot, release: Release): void {
		const { position } = holding;
		const index = spot.index && placeOf(state, spot.index);
		const same = position !== undefined && index !== undefined && this.sameIndex(state, index, position.of);
		if (position?.side === 'at' && same) {
			state.update(holding.id, { status: 'released', released: release.call });
			return;
		}
		if (position?.side === 'above') {
			state.update(holding.id, { spared: release.call });
			return;
		}
		if (holding.askedConstant === 1 && !position) {
			state.update(holding.id, { status: 'released', released: release.call });
			return;
		}
		this.sweep(
			release.inner === release.call ? release.call : release.call,
			holding.place,
			{ status: 'released', call: release.call, kinds: release.kinds },
			holding.call.start,
		);
		if (!position && holding.status === 'held') state.update(holding.id, { status: 'part' });
	}

	private releaseForeign(state: State, spot: Spot, release: Release): void {
		const element = spot.shape === 'element';
		if (this.isForeign(spot.place))
			for (const kind of release.kinds)
				this.events.push({ kind: 'field', place: spot.place, held: kind, call: release.inner, takes: false });
		if (element) {
			this.sweep(
				release.call,
				spot.place,
				{ status: 'released', call: release.inner, kinds: release.kinds },
				undefined,
			);
			this.touch(state, spot.place, 'part', release.kinds, release.inner);
		} else this.touch(state, spot.place, spot.shape === 'from' ? 'part' : 'released', release.kinds, release.inner);
	}

	/** Remember what a loop does to elements of a place. */
	private sweep(at: Range, name: string, sweep: Sweep, outside: number | undefined): void {
		for (const loop of loopsAround(this.fn, at.start, outside)) {
			const known = this.sweeps.get(loop) ?? new Map<string, Sweep>();
			this.sweeps.set(loop, known);
			const old = known.get(name);
			if (old?.status === 'gone' || (old && old.status === sweep.status)) continue;
			known.set(name, sweep);
			this.grown = true;
		}
	}

	/** Remember what was done to a place of the caller. */
	private touch(
		state: State,
		name: string,
		status: Sweep['status'] | 'part',
		kinds: ReadonlySet<string>,
		call: CallExpr | undefined,
	): void {
		if (!this.fn.params.some((p) => p.name === rootOf(name))) return;
		const old = state.touches.get(name);
		if (old?.status === 'gone' || (old?.status === 'released' && status === 'part')) return;
		state.touches.set(name, { status, kinds: new Set([...(old?.kinds ?? []), ...kinds]), call });
	}

	// ---- handing on

	/** Holdings whose number an expression reads. */
	private mentioned(state: State, expr: Expr): string[] {
		const found: string[] = [];
		const visit = (at: Expr): void => {
			const name = placeOf(state, at);
			const result = name === undefined ? undefined : state.values.get(name)?.result;
			if (result !== undefined) found.push(result);
			else for (const part of parts(at)) visit(part);
		};
		visit(expr);
		return found;
	}

	/** Somebody else gets what an expression denotes, and may keep it. */
	private handOn(state: State, expr: Expr, callee: CallExpr | undefined): void {
		const at = bare(expr);
		if (at.kind === 'call') {
			const carried = worth(state, at).carries;
			if (carried !== undefined) this.carriedOff(state, carried, at);
			return;
		}
		if (at.kind === 'binary' && /^(?:==|!=|<|>|<=|>=|&&|\|\|)$/.test(at.op)) return;
		const address = at.kind === 'unary' && at.op === '&';
		const spot = spotOf(state, at);
		if (!spot) {
			if (at.kind === 'conditional') {
				if (at.whenTrue) this.handOn(state, at.whenTrue, callee);
				this.handOn(state, at.whenFalse, callee);
			} else if (at.kind !== 'assign') for (const part of parts(at)) this.handOn(state, part, callee);
			return;
		}
		const value = state.values.get(spot.place);
		if (value?.carries !== undefined) this.carriedOff(state, value.carries, at);
		const element = spot.shape === 'element';
		// who gets the address of a member has the object around it
		const own = state.values.get(rootOf(spot.place))?.fresh !== undefined && spot.place.includes('->');
		const member = own || (callee !== undefined && PUBLISHERS.test(callee.name));
		for (const holding of state.holdings.values()) {
			if (holding.place === spot.place) {
				if (element && !holding.single) this.element(state, holding, spot, callee ?? expr);
				else this.leaveHands(state, holding.id, callee);
			} else if (!element && within(holding.place, spot.place)) this.leaveHands(state, holding.id, callee);
			else if (address && member && rootOf(holding.place) === rootOf(spot.place))
				this.leaveHands(state, holding.id, callee);
		}
		if (element) {
			this.touchGone(state, spot.place, callee ?? expr, true);
			return;
		}
		const root = rootOf(spot.place);
		const whole = spot.place === root || (address && member);
		if (whole && this.fn.locals.some((v) => v.name === root))
			state.values.set(root, { ...(state.values.get(root) ?? UNKNOWN), published: true });
		this.touchGone(state, address && whole ? root : spot.place, callee, false);
	}

	private touchGone(state: State, name: string, at: Range | undefined, element: boolean): void {
		if (!this.fn.params.some((p) => p.name === rootOf(name))) return;
		if (element && at) this.sweep(at, name, GONE, undefined);
		if (state.touches.get(name)?.status !== 'gone') state.touches.set(name, { ...GONE, status: 'gone' });
	}

	/** One element is handed on: after the loop all of them are. */
	private element(state: State, holding: Holding, spot: Spot, at: Range): void {
		if (
			holding.askedConstant === 1 ||
			(holding.position?.side === 'at' &&
				spot.index &&
				this.sameIndex(state, placeOf(state, spot.index) ?? '', holding.position.of))
		) {
			this.leaveHands(state, holding.id, undefined);
			return;
		}
		this.sweep(at, holding.place, GONE, holding.call.start);
		if (holding.status === 'held') state.update(holding.id, { status: 'part' });
	}

	/** An address or frame of the pages is kept: of one of them in each pass of a loop. */
	private carriedOff(state: State, id: string, at: Range): void {
		if (id.startsWith(GIVEN)) {
			this.touchGone(state, id.slice(GIVEN.length), at, true);
			return;
		}
		const holding = state.holdings.get(id);
		if (!holding) return;
		this.sweep(at, holding.place, GONE, holding.call.start);
		this.leaveHands(state, id, undefined);
	}

	private leaveHands(state: State, id: string, callee: CallExpr | undefined): void {
		const holding = state.holdings.get(id);
		if (!holding || holding.status === 'gone' || holding.outcome === 'none') return;
		state.update(id, { status: 'gone' });
		if (callee) state.note(callee.nameRange, `${holding.place}: handed on to ${callee.name || 'a callback'}()`, id);
	}

	// ---- functions of the file

	private summarised(state: State, call: CallExpr, summary: Summary): State[] {
		for (const arg of call.args) for (const id of this.mentioned(state, arg)) state.update(id, { counted: true });
		const ways = summary.ways.map((way) => ({ way, now: state.clone() }));
		for (const { way, now } of ways) this.goWay(now, call, summary, way);
		return ways.map(({ now }) => now);
	}

	private goWay(state: State, call: CallExpr, summary: Summary, way: Way): void {
		// what the arguments are is told before anything changes
		const touched = [...way.touches].map(([name, touch]) => ({
			name,
			touch,
			at: mapped(state, summary.fn, call, name),
			spot: this.argumentSpot(state, summary, call, name),
		}));
		this.writeThrough(state, call, true);
		for (const { name, touch, at, spot } of touched) {
			if (touch.status === 'gone') {
				const arg = call.args[summary.fn.params.findIndex((p) => p.name === rootOf(name))];
				if (name === rootOf(name) && arg) this.handOn(state, arg, call);
				else if (at)
					for (const h of state.holdings.values()) if (within(h.place, at.place)) this.leaveHands(state, h.id, call);
				if (at) this.touchGone(state, at.place, call, false);
			} else if (at) {
				const release: Release = {
					call,
					inner: touch.call ?? call,
					kinds: touch.kinds,
					count: undefined,
					dirties: false,
				};
				if (touch.status === 'part') {
					for (const h of state.holdings.values())
						if (h.place === at.place && h.status === 'held') state.update(h.id, { status: 'part' });
					this.touch(state, at.place, 'part', touch.kinds, touch.call);
				} else this.release(state, this.releasedSpot(name, at, spot), release);
			}
		}
		for (const inner of way.takes) {
			const at = mapped(state, summary.fn, call, inner.place);
			if (!at || at.place.startsWith('&')) continue;
			this.take(
				state,
				inner.taking,
				{ place: at.place, shape: 'whole', index: undefined },
				{ call, inner, index: at.index },
			);
		}
		const result = way.result === undefined ? undefined : `${way.result}@${call.start}`;
		state.values.set(temporary(call), {
			signs: way.signs,
			result: result !== undefined && state.holdings.has(result) ? result : undefined,
			form: result ? 'whole' : undefined,
		});
	}

	private argumentSpot(state: State, summary: Summary, call: CallExpr, name: string): Spot | undefined {
		const arg = call.args[summary.fn.params.findIndex((p) => p.name === rootOf(name))];
		return arg && name === rootOf(name) ? spotOf(state, arg) : undefined;
	}

	/** What a release in the callee is in the caller: of the array it was given, of one element, of a field of an element. */
	private releasedSpot(
		name: string,
		at: { readonly place: string; readonly index: Expr | undefined },
		arg: Spot | undefined,
	): Spot {
		if (arg && name === rootOf(name)) return arg.shape === 'address' ? { ...arg, shape: 'whole' } : arg;
		if (at.index) return { place: at.place, shape: 'element', index: at.index };
		return { place: at.place, shape: 'whole', index: undefined };
	}
}

function forgetFacts(state: State, name: string): State['facts'] {
	if (/^\w+$/.test(name)) return forget(state.facts, name);
	const kept = [...state.facts].filter(([fact]) => !fact.includes(name));
	return kept.length === state.facts.size ? state.facts : new Map(kept);
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

/** `{}` or `{ 0 }` */
function isZeroList(init: Expr): boolean {
	return (
		init.kind === 'list' && (init.items.length === 0 || (init.items.length === 1 && isNull(init.items[0] as Expr)))
	);
}

/** The call returns the page itself. */
export function isPageResult(api: ApiCall): boolean {
	return /^page-/.test(api.api.record.meaning) && api.api.record.takes !== 'none';
}

/** Follow every path of `fn`; a function with too many is given up. */
export function walk(fn: FunctionIR, around: Surroundings): Walked {
	return new PathWalk(fn, around).run();
}
