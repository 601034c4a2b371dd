/**
 * Whether a field beside the pages tells, wherever they are released, user pages from pages of another origin: the discriminant
 * of a tagged union, shown to be up to date in every function that stores the one or the other.
 */
import { RELEASES } from '../kernel/giving-back.js';
import type { CallExpr, Expr, FunctionIR, Loop, Step } from '../syntax/ir.js';
import type { ApiCall, FileContext } from './context.js';
import { type Flow, replay, solve, statesAt, TOO_LARGE } from './flow.js';
import { typeOfExpr } from './integers.js';
import { takenInto } from './page-flows.js';
import { originOf } from './page-origin.js';
import { keyOf, levelOf, locate } from './page-places.js';
import { type PassedTest, testsAt } from './path-tests.js';
import { isLocal, isParameter, variableType } from './variables.js';
import { bare, evaluate, everywhere, isNull, place, rootOf, roots } from './walk.js';

/** On which side of the test at a release pages are: where it comes out as there, or where it does not. */
export type Side = 'here' | 'elsewhere';

/** How user pages are told from others at a release. */
export interface Told {
	/** The side on which the user pages are. */
	readonly side: Side;
	/** The field that tells, stored wherever user pages are; undefined where the release itself shows it. */
	readonly field: string | undefined;
}

/** What a place holds. `entry`: what it held when the function was entered; `mixed`: of both origins. */
type Content = 'entry' | 'none' | 'user' | 'other' | 'mixed';
/** What a taking call came to, in the variable that has its result. */
type Outcome = 'taken' | 'none' | 'error';

interface State {
	readonly content: Content;
	readonly side: Side | 'entry' | 'unknown';
	/** Contents of local pages and arrays. */
	readonly locals: ReadonlyMap<string, Content>;
	/** By the variable; under "": of the last taking call. */
	readonly results: ReadonlyMap<string, Outcome>;
}

/** Alternatives by their text. */
type States = ReadonlyMap<string, State>;

/** More alternatives than this prove nothing. */
const MOST_STATES = 64;
const CONSTANT = /^(?!NULL$)[A-Z][A-Z0-9_]+$/;

/** Nothing is known but that the field is up to date. */
const ENTRY: State = { content: 'entry', side: 'entry', locals: new Map(), results: new Map() };

/** A field, and how the test that was passed at a release came out. */
interface Discriminant {
	readonly record: string;
	readonly field: string;
	/** Compared with this constant; undefined where it was asked for truth. */
	readonly constant: string | undefined;
	readonly truth: boolean;
}

function discriminants({ file, fn, call }: Asked): Discriminant[] {
	return [...testsAt(fn, call).values()].flatMap((passed) => discriminantOf(file, fn, passed));
}

function discriminantOf(file: FileContext, fn: FunctionIR, { test, truth }: PassedTest): Discriminant[] {
	const at = bare(test);
	const sides = at.kind === 'binary' && at.op === '==' ? [bare(at.left), bare(at.right)] : [at];
	const asked = sides.find((side) => side.kind === 'field');
	const constant = sides.find((side) => side !== asked);
	if (asked?.kind !== 'field' || (constant && !constantOf(constant))) return [];
	const record = typeOfExpr(asked.object, fn, file.ir)?.base;
	return record ? [{ record, field: asked.field, constant: constant && constantOf(constant), truth }] : [];
}

function constantOf(expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'number') return String(at.value ?? at.text);
	return at.kind === 'name' && CONSTANT.test(at.name) ? at.name : undefined;
}

/** A release, and the taking calls whose pages it may get. */
export interface Asked {
	readonly file: FileContext;
	readonly takings: ReadonlyMap<number, ApiCall>;
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	readonly pages: Expr;
}

/**
 * The side of a test at the release on which the user pages are, while all others of the same place are on the other.
 * @returns undefined: nothing is shown to tell them apart
 */
export function toldApart(asked: Asked): Told | undefined {
	const { file, fn, pages } = asked;
	const holder = elementOf(fn, pages) ?? pages;
	const at = locate(holder, fn, file.ir);
	if (at?.root.kind !== 'record') return undefined;
	const key = keyOf(at);
	const field = at.path.at(-1);
	if (field === undefined) return undefined;
	const only = new Proof(asked, { key, field }, undefined).heldAt();
	if (only) return { side: only, field: undefined };
	for (const discriminant of discriminants(asked)) {
		if (discriminant.field === field) continue;
		const proof = new Proof(asked, { key, field }, discriminant);
		const isStored = proof.hasOtherRelease();
		for (const side of ['here', 'elsewhere'] as const)
			if (proof.holds(side)) return { side, field: isStored ? discriminant.field : undefined };
	}
	return undefined;
}

/** `page = req->pages[i];`: what a local page stands for, where it is stored once. */
function elementOf(fn: FunctionIR, pages: Expr): Expr | undefined {
	const at = bare(pages);
	if (at.kind !== 'name' || !isLocal(fn, at.name)) return undefined;
	const values: Expr[] = [];
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.variable.name === at.name && step.init) values.push(step.init);
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && place(expr.left) === at.name) values.push(expr.right);
	});
	return values.length === 1 ? values[0] : undefined;
}

interface Holder {
	readonly key: string;
	readonly field: string;
}

/** Each function leaves the field up to date, where it was when the function was entered. */
class Proof {
	private readonly asked: Asked;
	private readonly holder: Holder;
	private readonly by: Discriminant | undefined;
	private readonly functions: ReadonlySet<FunctionIR>;
	private readonly touching = new Map<string, boolean>();

	constructor(asked: Asked, holder: Holder, by: Discriminant | undefined) {
		const { ir } = asked.file;
		this.asked = asked;
		this.holder = holder;
		this.by = by;
		this.functions = new Set([...ir.naming(holder.field), ...(by ? ir.naming(by.field) : [])]);
	}

	/** The release gets nothing but user pages, or nothing but others, which the function has stored before. */
	heldAt(): Side | undefined {
		const { fn, call } = this.asked;
		if (!fn.clean || !this.isOneObject(fn)) return undefined;
		const flow = new OriginFlow(this, fn, this.asked);
		const states = statesAt(fn, flow).get(call);
		if (!states || flow.isLost) return undefined;
		const held = new Set([...states.values()].map(({ content }) => content));
		held.delete('none');
		if (held.size !== 1) return undefined;
		return held.has('user') ? 'here' : held.has('other') ? 'elsewhere' : undefined;
	}

	/** @param side on which the user pages are */
	holds(side: Side): boolean {
		const isStrict = this.hasOtherRelease();
		return [...this.functions].every((fn) => fn.clean && this.isOneObject(fn) && this.keeps(fn, side, isStrict));
	}

	/** Pages on the wrong side would be released in another way, and not only stay as they are. */
	hasOtherRelease(): boolean {
		return [...this.functions].some((fn) =>
			fn.calls.some((call) => call.start !== this.asked.call.start && this.isReleased(fn, call)),
		);
	}

	isReleased(fn: FunctionIR, call: CallExpr): boolean {
		const pages = call.args[RELEASES.get(call.name) ?? call.args.length];
		return pages !== undefined && this.isHolder(fn, elementOf(fn, pages) ?? pages);
	}

	isHolder(fn: FunctionIR, expr: Expr): boolean {
		const at = locate(expr, fn, this.asked.file.ir);
		return at !== undefined && keyOf(at) === this.holder.key;
	}

	isDiscriminant(fn: FunctionIR, expr: Expr): boolean {
		const at = bare(expr);
		if (!this.by || at.kind !== 'field' || at.field !== this.by.field) return false;
		return typeOfExpr(at.object, fn, this.asked.file.ir)?.base === this.by.record;
	}

	/** Pages are stored from the first place on, so that none were there: they would be lost. */
	fillsFromStart(fn: FunctionIR): boolean {
		const stores: boolean[] = [];
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && this.isHolder(fn, expr.left) && !isNull(expr.right))
				stores.push(!isAppended(fn, bare(expr.left)));
			const taking = expr.kind === 'call' ? this.asked.takings.get(expr.start) : undefined;
			const pages = taking && takenInto(taking);
			if (pages && this.isHolder(fn, pages)) stores.push(place(pages) !== undefined);
		});
		return stores.length > 0 && stores.every((isFirst) => isFirst);
	}

	/** Of two objects of the record, one could hold the pages and the other be told about. */
	private isOneObject(fn: FunctionIR): boolean {
		const names = new Set<string>();
		const moved: string[] = [];
		let escapes = false;
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign') {
				const at = place(expr.left);
				if (at && (this.isDiscriminant(fn, expr.left) || this.isHolder(fn, expr.left))) names.add(rootOf(at));
				else if (at) moved.push(at);
			} else if (expr.kind === 'unary' && /^(?:&|\+\+|--)$/.test(expr.op) && this.isDiscriminant(fn, expr.operand))
				escapes = true;
		});
		for (const { steps } of fn.blocks)
			for (const step of steps) {
				if (step.kind === 'declare' && step.init) moved.push(step.variable.name);
				// a loop macro makes its variable another object each time
				if (step.kind === 'each') for (const arg of step.args) moved.push(place(arg) ?? '', place(arg) ?? '');
			}
		const [name] = names;
		if (escapes || names.size > 1) return false;
		const changes = moved.filter((one) => one === name).length;
		return changes <= (name !== undefined && isParameter(fn, name) ? 0 : 1);
	}

	private keeps(fn: FunctionIR, side: Side, isStrict: boolean): boolean {
		const flow = new OriginFlow(this, fn, this.asked);
		const entries = solve(fn, flow);
		if (entries === TOO_LARGE || flow.isLost) return false;
		let kept = true;
		const check = (states: States): void => {
			for (const state of states.values()) kept &&= isUpToDate(state, side, isStrict);
		};
		replay(fn, flow, entries, (states, at) => {
			if (at.kind === 'return') check(states);
			for (const root of roots(at))
				evaluate(
					states,
					root,
					(now, expr) => {
						if (expr.kind === 'call' && this.touches(expr)) check(now);
						return flow.visit(now, expr);
					},
					(a, b) => flow.join(a, b),
				);
		});
		for (const [id, entry] of entries) {
			const block = fn.blocks[id];
			if (!block || block.successors.length > 0 || block.stops || block.steps.at(-1)?.kind === 'return') continue;
			check(block.steps.reduce((states: States, step) => flow.step(states, step), entry));
		}
		return kept && !flow.isLost;
	}

	/** The call may store one of both: it finds them up to date and leaves them so. */
	touches({ name }: CallExpr): boolean {
		const known = this.touching.get(name);
		if (known !== undefined) return known;
		const callee = this.asked.file.ir.lookup(name);
		// an indirect call may come back
		if (!callee) return name === '';
		this.touching.set(name, this.functions.has(callee));
		const found = this.functions.has(callee) || callee.calls.some((call) => call.name !== '' && this.touches(call));
		this.touching.set(name, found);
		return found;
	}

	/** Where a value puts the discriminant. */
	sideOf(fn: FunctionIR, value: Expr): Side | 'unknown' {
		if (!this.by) return 'unknown';
		const { constant, truth } = this.by;
		const at = bare(value);
		const holds = constant === undefined ? truthOf(fn, at) : equals(at, constant);
		if (holds === undefined) return 'unknown';
		return holds === truth ? 'here' : 'elsewhere';
	}
}

function equals(at: Expr, constant: string): boolean | undefined {
	const stored = constantOf(at);
	return stored === undefined ? undefined : stored === constant;
}

function truthOf(fn: FunctionIR, at: Expr): boolean | undefined {
	if (isNull(at)) return false;
	if (at.kind === 'number') return at.value === undefined ? undefined : at.value !== 0;
	if (at.kind === 'unary' && at.op === '&') return true;
	if (at.kind !== 'name') return undefined;
	if (at.name === 'true' || at.name === 'false') return at.name === 'true';
	return isDereferenced(fn, at.name) ? true : undefined;
}

/** The element is counted from a number that comes from somewhere else. */
function isAppended(fn: FunctionIR, left: Expr): boolean {
	if (left.kind !== 'index') return false;
	const index = bare(left.index);
	if (index.kind === 'number') return false;
	if (index.kind !== 'name' || !isLocal(fn, index.name)) return true;
	let isCounted = true;
	const starts = (value: Expr): void => {
		isCounted &&= bare(value).kind === 'number';
	};
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && place(expr.left) === index.name) starts(expr.right);
	});
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.variable.name === index.name && step.init) starts(step.init);
	return !isCounted;
}

/** What a pointer points to is used, and nobody asks whether it is NULL. */
function isDereferenced(fn: FunctionIR, name: string): boolean {
	if ((variableType(fn, name)?.pointers ?? 0) === 0) return false;
	const isIt = (expr: Expr): boolean => place(expr) === name;
	let used = false;
	everywhere(fn, (expr) => {
		if (expr.kind === 'field' && expr.arrow && isIt(expr.object)) used = true;
	});
	const asks = (test: Expr): boolean => {
		const at = bare(test);
		if (at.kind === 'unary' && at.op === '!') return asks(at.operand);
		if (at.kind === 'binary') return [at.left, at.right].some((side) => asks(side));
		return isIt(at);
	};
	return used && !fn.blocks.some(({ test }) => test !== undefined && asks(test));
}

/** @param isStrict user pages on the wrong side are released as others */
function isUpToDate({ content, side }: State, users: Side, isStrict: boolean): boolean {
	switch (content) {
		case 'none':
			return true;
		case 'mixed':
			return !isStrict && side === opposite(users);
		case 'other':
			return side === opposite(users);
		case 'user':
			return !isStrict || side === users;
		default:
			return side === 'entry' || (side === opposite(users) && !isStrict);
	}
}

function opposite(side: Side): Side {
	return side === 'here' ? 'elsewhere' : 'here';
}

class OriginFlow implements Flow<States> {
	readonly entry: States;
	/** More alternatives than are followed. */
	isLost = false;
	private readonly proof: Proof;
	private readonly fn: FunctionIR;
	private readonly asked: Asked;
	/** Tests of loops that release the pages, with the outcome that ends the loop. */
	private readonly ends: ReadonlyMap<Expr, boolean>;

	constructor(proof: Proof, fn: FunctionIR, asked: Asked) {
		this.proof = proof;
		this.fn = fn;
		this.asked = asked;
		const entry: State = proof.fillsFromStart(fn) ? { ...ENTRY, content: 'none' } : ENTRY;
		this.entry = new Map([[textOf(entry), entry]]);
		this.ends = new Map(fn.loops.filter((loop) => this.releasesAll(loop)).flatMap((loop) => endsOf(fn, loop)));
	}

	private releasesAll({ start, end }: Loop): boolean {
		return this.fn.calls.some(
			(call) => start <= call.start && call.start < end && this.proof.isReleased(this.fn, call),
		);
	}

	step(states: States, step: Step): States {
		let now = states;
		for (const root of roots(step)) now = this.test(now, root);
		if (step.kind !== 'declare' || !step.init) return now;
		const { name } = step.variable;
		const value = step.init;
		if (this.isPages(value)) return this.each(now, (state) => local(state, name, this.content(state, value)));
		return this.each(now, (state) => this.result(state, name, value));
	}

	test(states: States, test: Expr): States {
		return evaluate(
			states,
			test,
			(now, expr) => this.visit(now, expr),
			(a, b) => this.join(a, b),
		);
	}

	visit(states: States, expr: Expr): States {
		if (expr.kind === 'call') return this.call(states, expr);
		return expr.kind === 'assign' ? this.assign(states, expr.left, expr.right) : states;
	}

	private call(states: States, call: CallExpr): States {
		const { fn, proof } = this;
		if (proof.isReleased(fn, call)) return this.each(states, (state) => ({ ...state, content: 'none' }));
		if (proof.touches(call)) return this.each(states, ({ locals, results }) => ({ ...ENTRY, locals, results }));
		const taking = this.asked.takings.get(call.start);
		const pages = taking && takenInto(taking);
		if (!pages) return states;
		const at = bare(pages);
		const name = place(at.kind === 'unary' ? at.operand : at);
		const isHolder = proof.isHolder(fn, pages);
		return this.split(states, (state) => {
			if (isHolder) return { ...state, content: 'user' };
			return name && isLocal(fn, name) ? local(state, name, 'user') : state;
		});
	}

	/** A taking call: with the pages, and as it fails. */
	private split(states: States, taken: (state: State) => State): States {
		const found = new Map<string, State>();
		for (const state of states.values())
			for (const next of [result(taken(state), '', 'taken'), result(state, '', 'none'), result(state, '', 'error')])
				found.set(textOf(next), next);
		return found;
	}

	/** `name` has a value: the result of a taking call, or another one. */
	private result(state: State, name: string, value: Expr): State {
		const at = bare(value);
		const outcome =
			at.kind === 'call' && this.asked.takings.has(at.start)
				? state.results.get('')
				: at.kind === 'name'
					? state.results.get(at.name)
					: undefined;
		return result(state, name, outcome);
	}

	private assign(states: States, left: Expr, right: Expr): States {
		const { fn, proof } = this;
		if (proof.isDiscriminant(fn, left))
			return this.each(states, (state) => ({ ...state, side: proof.sideOf(fn, right) }));
		if (proof.isHolder(fn, left)) {
			const isElement = bare(left).kind === 'index';
			return this.each(states, (state) => {
				const stored = this.content(state, right);
				return { ...state, content: isElement ? added(state.content, stored) : stored };
			});
		}
		const name = place(left);
		if (name === undefined || !isLocal(fn, name)) return states;
		if (!this.isPages(left)) return this.each(states, (state) => this.result(state, name, right));
		return this.each(states, (state) => local(state, name, this.content(state, right)));
	}

	private isPages(expr: Expr): boolean {
		const level = levelOf(bare(expr), this.fn, this.asked.file.ir);
		return level === 'page' || level === 'array';
	}

	/** What the value of an expression is, once it is stored. */
	private content(state: State, value: Expr): Content {
		if (isNull(value)) return 'none';
		const name = place(value);
		const known = name === undefined ? undefined : state.locals.get(name);
		if (known) return known;
		if (this.proof.isHolder(this.fn, value)) return state.content === 'entry' ? 'mixed' : state.content;
		const { taken, other } = originOf(this.asked.file, this.fn, value);
		const ours = [...taken].filter(({ call }) => this.asked.takings.has(call.start)).length;
		if (ours > 0) return other || ours < taken.size ? 'mixed' : 'user';
		return other || taken.size > 0 ? 'other' : 'none';
	}

	assume(states: States, test: Expr, truth: boolean): States | undefined {
		const possible = new Map([...states].filter(([, state]) => isPossible(state.results, test, truth)));
		return possible.size === 0 ? undefined : this.known(possible, test, truth);
	}

	private known(states: States, test: Expr, truth: boolean): States {
		if (this.ends.get(test) === truth) return this.each(states, (state) => ({ ...state, content: 'none' }));
		const absent = absentPage(test, truth);
		if (!absent) return states;
		if (this.proof.isHolder(this.fn, absent))
			return bare(absent).kind === 'index' ? states : this.each(states, (state) => ({ ...state, content: 'none' }));
		const name = place(absent);
		return name === undefined
			? states
			: this.each(states, (state) => (state.locals.has(name) ? local(state, name, 'none') : state));
	}

	private each(states: States, change: (state: State) => State): States {
		const found = new Map<string, State>();
		for (const state of states.values()) {
			const next = change(state);
			found.set(textOf(next), next);
		}
		return found;
	}

	join(a: States, b: States): States {
		if (a === b) return a;
		const all = new Map([...a, ...b]);
		if (all.size <= MOST_STATES) return all;
		this.isLost = true;
		return a;
	}

	size(states: States): number {
		return states.size;
	}

	equal(a: States, b: States): boolean {
		return a.size === b.size && [...a.keys()].every((text) => b.has(text));
	}
}

function local(state: State, name: string, content: Content): State {
	return { ...state, locals: new Map(state.locals).set(name, content) };
}

/** An array with one more element. */
function added(held: Content, stored: Content): Content {
	if (stored === 'none' || held === stored) return held;
	return held === 'none' || held === 'entry' ? stored : 'mixed';
}

function result(state: State, name: string, outcome: Outcome | undefined): State {
	if (state.results.get(name) === outcome) return state;
	const results = new Map(state.results);
	if (outcome) results.set(name, outcome);
	else results.delete(name);
	return { ...state, results };
}

function textOf({ content, side, locals, results }: State): string {
	if (content === 'entry' && side === 'entry' && locals.size === 0 && results.size === 0) return '';
	return [content, side, ...[...locals, ...results].map(([name, held]) => `${name}=${held}`).sort()].join(' ');
}

/** How a comparison with 0 comes out. */
const COMPARED: ReadonlyMap<string, Readonly<Record<Outcome, boolean>>> = new Map([
	['<', { taken: false, none: false, error: true }],
	['<=', { taken: false, none: true, error: true }],
	['>', { taken: true, none: false, error: false }],
	['>=', { taken: true, none: true, error: false }],
	['==', { taken: false, none: true, error: false }],
	['!=', { taken: true, none: false, error: true }],
]);

/** The test may come out like this for the results that are known. */
function isPossible(results: State['results'], test: Expr, truth: boolean): boolean {
	const at = bare(test);
	if (at.kind === 'unary' && at.op === '!') return isPossible(results, at.operand, !truth);
	const compared = at.kind === 'binary' && isNull(at.right) ? bare(at.left) : at;
	const op = at.kind === 'binary' ? at.op : '!=';
	const outcome = results.get(compared.kind === 'call' ? '' : (place(compared) ?? '?'));
	const known = outcome && (at === compared && at.kind === 'binary' ? undefined : COMPARED.get(op)?.[outcome]);
	return known === undefined || known === truth;
}

function endsOf(fn: FunctionIR, { heads, exit }: Loop): [Expr, boolean][] {
	return heads.flatMap((id): [Expr, boolean][] => {
		const block = fn.blocks[id];
		if (!block?.test || !block.successors.includes(exit)) return [];
		return [[block.test, block.successors[0] === exit]];
	});
}

/** The expression that an edge of a test shows to be NULL. */
function absentPage(test: Expr, truth: boolean): Expr | undefined {
	const at = bare(test);
	if (at.kind === 'unary' && at.op === '!') return absentPage(at.operand, !truth);
	if (at.kind === 'binary' && /^[!=]=$/.test(at.op)) {
		if (isNull(at.right)) return absentPage(at.left, (at.op === '!=') === truth);
		return isNull(at.left) ? absentPage(at.right, (at.op === '!=') === truth) : undefined;
	}
	return truth ? undefined : at;
}
