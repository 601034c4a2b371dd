/**
 * Whether a field beside the pages tells, wherever they are released, user pages from pages of another origin: the discriminant
 * of a tagged union, shown to be up to date in every function that stores the one or the other.
 */
import { FREES, readsOnly } from '../kernel/callees.js';
import { RELEASES } from '../kernel/giving-back.js';
import { ARRAY_READERS, STORES } from '../kernel/page-flow.js';
import type { CallExpr, Expr, FunctionIR, Loop, Step } from '../syntax/ir.js';
import { escapeOf } from './confined.js';
import type { ApiCall, FileContext } from './context.js';
import { type DataflowAnalysis, solve, statesAt, TOO_LARGE, visitStates } from './dataflow.js';
import { typeOfExpr } from './integers.js';
import { macroWords } from './macro-words.js';
import { keyOf, levelOf, locate, type PagePlace } from './page-places.js';
import { type PassedTest, testsAt } from './path-tests.js';
import { takenInto } from './points-to-constraints.js';
import { originOf } from './points-to-query.js';
import { AS_MEMORY, isObject, isWrittenAsMemory, isZeroed } from './record-memory.js';
import { isLocal, isParameter, variableType } from './variables.js';
import { bare, evaluate, everywhere, isNull, place, postorder, rootOf, roots } from './walk.js';

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
	/** It only says that pages of the calls are there: whatever it is set to. */
	readonly isAny?: true;
}

function discriminants({ file, fn, call }: Asked, object: string): Discriminant[] {
	return [...testsAt(fn, call).values()].flatMap((passed) => discriminantOf(file, fn, passed, object));
}

/** @param object the variable through which the pages are released: the test has to be about the same */
function discriminantOf(
	file: FileContext,
	fn: FunctionIR,
	{ test, truth }: PassedTest,
	object: string,
): Discriminant[] {
	const at = bare(test);
	const sides = at.kind === 'binary' && at.op === '==' ? [bare(at.left), bare(at.right)] : [at];
	const asked = sides.find((side) => side.kind === 'field');
	const other = sides.find((side) => side !== asked);
	const constant = other && constantOf(other);
	if (asked?.kind !== 'field' || (other && !constant) || place(asked.object) !== object) return [];
	const record = typeOfExpr(asked.object, fn, file.ir)?.base;
	return record ? [{ record, field: asked.field, constant, truth }] : [];
}

function constantOf(expr: Expr): string | undefined {
	const at = bare(expr);
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
	const stored = elementOf(fn, pages) ?? pages;
	const at = locate(stored, fn, file.ir);
	const object = rootOf(place(stored) ?? '');
	if (at?.root.kind !== 'record' || at.path.length !== 1 || object === '') return undefined;
	const key = keyOf(at);
	const holder = { key, record: at.root.name, field: at.path[0] as string };
	if (!isPlainField(file, holder)) return undefined;
	const only = new Proof(asked, holder, undefined).heldAt();
	if (only) return { side: only, field: undefined };
	for (const discriminant of discriminants(asked, object)) {
		if (discriminant.field === holder.field || discriminant.record !== holder.record) continue;
		if (!isPlainField(file, discriminant)) continue;
		const proof = new Proof(asked, holder, discriminant);
		if (!proof.isStillTested(fn, object)) continue;
		const isStored = proof.hasOtherRelease();
		for (const side of ['here', 'elsewhere'] as const)
			if (proof.holds(side)) return { side, field: isStored ? discriminant.field : undefined };
	}
	return undefined;
}

/**
 * Wherever pages of the taking calls are in the object, the field was stored since they were taken, in the same object: what is
 * stored beside it, in the function that takes, is about these pages.
 * @param pages that are released, as a field of an object or an element of it
 */
export function isStoredWith(asked: Asked, field: string): boolean {
	const { file, fn, pages } = asked;
	const at = locate(elementOf(fn, pages) ?? pages, fn, file.ir);
	if (at?.root.kind !== 'record' || at.path.length !== 1) return false;
	const record = at.root.name;
	const holder = { key: keyOf(at), record, field: at.path[0] as string };
	if (!isPlainField(file, holder) || (field !== holder.field && !isPlainField(file, { record, field }))) return false;
	return new Proof(asked, holder, { record, field, constant: undefined, truth: true, isAny: true }).holds('here');
}

/** All that is stored in the place is stored from its start on: nothing is added to what was there. */
export function fillsFromStart(file: FileContext, takings: ReadonlyMap<number, ApiCall>, at: PagePlace): boolean {
	const key = keyOf(at);
	const { root } = at;
	const isIt = (expr: Expr, fn: FunctionIR): boolean => {
		const found = locate(expr, fn, file.ir);
		return found !== undefined && keyOf(found) === key;
	};
	const functions = root.kind === 'variable' ? [root.fn] : file.ir.naming(at.path.at(-1) ?? root.name);
	return (
		[...takings.values()].every((taking) => isWhole(takenInto(taking))) &&
		functions.every((fn) => {
			let fills = fn.clean;
			everywhere(fn, (expr) => {
				if (expr.kind === 'assign' && !isNull(expr.right) && isIt(expr.left, fn))
					fills &&= !isAppended(fn, bare(expr.left));
			});
			return fills;
		})
	);
}

/** `req->pages`, `&req->pages`, `&page`: an array from its start. */
function isWhole(pages: Expr | undefined): boolean {
	const at = pages && bare(pages);
	const inner = at?.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
	if (inner?.kind === 'index') return isNull(inner.index);
	return inner !== undefined && /^(?:name|field)$/.test(inner.kind);
}

/**
 * Every use of the field in the text is one that is followed, `object->field` of a variable, and nobody else has the objects: the
 * record is declared in the file itself, or its objects are confined to functions that are seen.
 */
function isPlainField(
	file: FileContext,
	{ record, field }: { readonly record: string; readonly field: string },
): boolean {
	const tag = record.replace(/^struct /, '');
	if (tag === record || hasParts(file.text, tag)) return false;
	const own = file.text.slice(0, file.unit.own);
	const isOwn = new RegExp(`\\bstruct\\s+${tag}\\s*\\{`).test(own) && !file.path.endsWith('.h');
	if (!isOwn && escapeOf(file, record)) return false;
	const starts = new Set<number>();
	for (const fn of file.ir.naming(field)) {
		if (!fn.clean) return false;
		everywhere(fn, (expr) => {
			const isIt =
				expr.kind === 'field' &&
				expr.field === field &&
				expr.object.kind === 'name' &&
				typeOf(file, fn, expr) === record;
			if (isIt) starts.add(expr.end);
		});
	}
	const code = file.text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (text) =>
		' '.repeat(text.length),
	);
	for (const { index, 0: use } of code.matchAll(new RegExp(`(?:->|\\.)\\s*${field}\\b`, 'g')))
		if (!starts.has(index + use.length)) return false;
	// a macro may stand for the field, or for one that names it
	return !macroWords(file).has(field);
}

function typeOf(file: FileContext, fn: FunctionIR, { object }: Expr & { readonly kind: 'field' }): string | undefined {
	return typeOfExpr(object, fn, file.ir)?.base;
}

/** Parts of the record may be written together: an inner struct, a union, a group. */
function hasParts(text: string, tag: string): boolean {
	const head = new RegExp(`\\bstruct\\s+${tag}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	if (!head) return false;
	const body = text.slice(head.index + head[0].length, end < 0 ? undefined : end);
	const name = /^\n\}[^\n]*/.exec(text.slice(Math.max(0, end)))?.[0] ?? '';
	return (
		/\{|\bunion\b|struct_group/.test(body) ||
		/\btypedef\b[^;{}]*$/.test(text.slice(0, head.index)) ||
		/\}\s*\w+\s*;/.test(name)
	);
}

/** `page = req->pages[i];`: what a local page stands for, where it is stored once. */
export function elementOf(fn: FunctionIR, pages: Expr): Expr | undefined {
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
	readonly record: string;
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
		if (!fn.clean || !this.isOneObject(fn) || isWrittenAsMemory(this.asked.file, this.holder.record)) return undefined;
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
		const isStrict = this.by?.isAny === true || this.hasOtherRelease();
		if (isWrittenAsMemory(this.asked.file, this.holder.record)) return false;
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
			if (pages && this.isHolder(fn, pages)) stores.push(isWhole(pages));
		});
		return stores.length > 0 && stores.every((isFirst) => isFirst);
	}

	/** Of two objects of the record, one could hold the pages and the other be told about. */
	private isOneObject(fn: FunctionIR): boolean {
		if (this.hasAlias(fn)) return false;
		const names = new Set<string>();
		let escapes = false;
		everywhere(fn, (expr) => {
			if (expr.kind === 'field' && (this.isDiscriminant(fn, expr) || this.isHolder(fn, expr)))
				names.add(rootOf(place(expr) ?? ''));
			else if (expr.kind === 'unary' && /^(?:&|\+\+|--)$/.test(expr.op) && this.isDiscriminant(fn, expr.operand))
				escapes = true;
		});
		const [name] = names;
		return !escapes && names.size <= 1 && (name === undefined || isSetOnce(fn, name));
	}

	/** The place has another name, or somebody else fills it. */
	private hasAlias(fn: FunctionIR): boolean {
		let found = false;
		// the array itself, and not one of its elements
		const isWhole = (expr: Expr): boolean => {
			const at = bare(expr);
			const inner = bare(at.kind === 'binary' ? at.left : at.kind === 'unary' && at.op === '&' ? at.operand : at);
			const isArray = at.kind !== 'unary' && /^(?:array|carrier|unknown)$/.test(levelOf(inner, fn, this.asked.file.ir));
			return (isArray || (at.kind === 'unary' && at.op === '&')) && this.isHolder(fn, inner);
		};
		const isScalar = (expr: Expr): boolean => {
			const at = bare(expr);
			return at.kind === 'field' && levelOf(at, fn, this.asked.file.ir) === 'unknown';
		};
		everywhere(fn, (expr) => {
			if (expr.kind === 'assign' && isWhole(expr.right) && !isScalar(expr.right)) found = true;
			if (expr.kind === 'list' && expr.items.some((item) => this.isHolder(fn, item))) found = true;
			if (expr.kind === 'call' && !leavesAlone(expr.name) && !this.asked.takings.has(expr.start))
				if (expr.args.some((arg) => isWhole(arg) && !isScalar(arg))) found = true;
			if (expr.kind === 'call' && !(this.by?.isAny && takesValues(this.asked.file, expr)))
				if (expr.args.some((arg) => this.by && this.isDiscriminant(fn, arg))) found = true;
			if (expr.kind === 'assign' && expr.op !== '=' && this.isDiscriminant(fn, expr.left)) found = true;
		});
		for (const { steps } of fn.blocks)
			for (const step of steps)
				if (step.kind === 'declare' && step.init && isWhole(step.init) && !isScalar(step.init)) found = true;
		return found;
	}

	private keeps(fn: FunctionIR, side: Side, isStrict: boolean): boolean {
		const flow = new OriginFlow(this, fn, this.asked);
		const entries = solve(fn, flow);
		if (entries === TOO_LARGE || flow.isLost) return false;
		let kept = true;
		const check = (states: States): void => {
			for (const state of states.values())
				kept &&= (this.by?.isAny && state.content === 'other') || isUpToDate(state, side, isStrict);
		};
		visitStates(fn, flow, entries, (states, at) => {
			if (at.kind === 'return') check(states);
			for (const root of roots(at))
				evaluate(
					states,
					root,
					(now, expr) => {
						if (expr.kind === 'call' && this.touches(fn, expr)) check(now);
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

	/** The call may store one of both, now or in a callback: it finds them up to date and leaves them so. */
	touches(fn: FunctionIR, call: CallExpr): boolean {
		const callee = this.asked.file.ir.lookup(call.name);
		if (callee) return this.reaches(callee);
		if (call.name === '') return true;
		// who gets the object may have it used elsewhere
		if (RELEASES.has(call.name) || this.asked.takings.has(call.start)) return false;
		const { file } = this.asked;
		return !isZeroed(file, call, this.holder.record) && call.args.some((arg) => isObject(fn, arg, this.holder.record));
	}

	private reaches(callee: FunctionIR): boolean {
		const known = this.touching.get(callee.name);
		if (known !== undefined) return known;
		this.touching.set(callee.name, this.functions.has(callee));
		const found = this.functions.has(callee) || callee.calls.some((call) => this.touches(callee, call));
		this.touching.set(callee.name, found);
		return found;
	}

	/** Between the test and the release nothing is done with the object, and it is the same one. */
	isStillTested(fn: FunctionIR, object: string): boolean {
		return isSetOnce(fn, object) && !fn.calls.some((call) => this.touches(fn, call));
	}

	/** Where a value puts the discriminant. */
	sideOf(fn: FunctionIR, value: Expr): Side | 'unknown' {
		if (!this.by) return 'unknown';
		if (this.by.isAny) return 'here';
		const { constant, truth } = this.by;
		const at = bare(value);
		const holds = constant === undefined ? truthOf(fn, at, value.start) : equals(this.asked.file.text, at, constant);
		if (holds === undefined) return 'unknown';
		return holds === truth ? 'here' : 'elsewhere';
	}
}

/** The call cannot change what it is given the value of: it is no macro that stores. */
function takesValues(file: FileContext, { name }: CallExpr): boolean {
	if (file.ir.lookup(name) || readsOnly(name)) return !AS_MEMORY.has(name);
	return /^[a-z_][a-z0-9_]*$/.test(name) && !AS_MEMORY.has(name) && !STORES.has(name) && !macroWords(file).has(name);
}

/** Whoever is called stores nothing in an array of pages, and keeps no name of it. */
function leavesAlone(name: string): boolean {
	if (RELEASES.has(name) || FREES.has(name)) return true;
	return (readsOnly(name) || ARRAY_READERS.has(name)) && !STORES.has(name) && !AS_MEMORY.has(name);
}

/** A parameter that stays what it is, or a variable that is set at the start and never again. */
export function isSetOnce(fn: FunctionIR, name: string): boolean {
	let changes = 0;
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && place(expr.left) === name) changes++;
		if (expr.kind === 'unary' && /^(?:\+\+|--|&)$/.test(expr.op) && place(expr.operand) === name)
			changes += expr.op === '&' ? 0 : 2;
	});
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			if (step.kind === 'declare' && step.init && step.variable.name === name) changes++;
			// a loop macro makes its variable another object each time
			if (step.kind === 'each' && step.args.some((arg) => place(arg) === name)) changes += 2;
		}
	if (isParameter(fn, name)) return changes === 0;
	const again = fn.blocks.some(({ successors }) => successors.includes(0));
	const first = fn.blocks[0]?.steps.some(
		(step) =>
			(step.kind === 'declare' && step.init && step.variable.name === name) ||
			(step.kind === 'eval' && step.expr.kind === 'assign' && place(step.expr.left) === name),
	);
	return changes === 0 || (changes === 1 && first === true && !again);
}

/** Two enumerators of one enum that gives no numbers are different ones. */
function equals(text: string, at: Expr, constant: string): boolean | undefined {
	const stored = constantOf(at);
	if (stored === undefined || stored === constant) return stored === undefined ? undefined : true;
	const lists = [...text.matchAll(/\benum\b[^{};]*\{([^{}=]*)\}/g)].map(([, body = '']) => new Set(body.match(/\w+/g)));
	return lists.some((names) => names.has(stored) && names.has(constant)) ? false : undefined;
}

function truthOf(fn: FunctionIR, at: Expr, where: number): boolean | undefined {
	if (isNull(at)) return false;
	if (at.kind === 'number') return at.value === 1 ? true : undefined;
	if (at.kind === 'unary' && at.op === '&')
		return bare(at.operand).kind === 'name' || isFieldOfName(at.operand) ? true : undefined;
	if (at.kind !== 'name') return undefined;
	if (at.name === 'true' || at.name === 'false') return at.name === 'true';
	return isDereferenced(fn, at.name, where) ? true : undefined;
}

function isFieldOfName(expr: Expr): boolean {
	return expr.kind === 'field' && expr.object.kind === 'name';
}

/** The element is counted from a number that comes from somewhere else. */
function isAppended(fn: FunctionIR, left: Expr): boolean {
	if (left.kind !== 'index') return false;
	const index = bare(left.index);
	if (index.kind === 'number') return index.value !== 0;
	if (index.kind !== 'name' || !isLocal(fn, index.name)) return true;
	let isCounted = true;
	const starts = (value: Expr): void => {
		const at = bare(value);
		isCounted &&= at.kind === 'number' && at.value === 0;
	};
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && place(expr.left) === index.name) starts(expr.right);
	});
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.variable.name === index.name && step.init) starts(step.init);
	return !isCounted;
}

/** What a pointer points to is used in the same block, in which the pointer keeps its value. */
function isDereferenced(fn: FunctionIR, name: string, where: number): boolean {
	if ((variableType(fn, name)?.pointers ?? 0) === 0) return false;
	return fn.blocks.some(({ steps }) => {
		if (!steps.some(({ start, end }) => start <= where && where < end)) return false;
		let [used, changed] = [false, false];
		for (const step of steps)
			for (const root of roots(step))
				postorder(root, (expr) => {
					if (expr.kind === 'field' && expr.arrow && place(expr.object) === name) used = true;
					if (expr.kind === 'assign' && place(expr.left) === name) changed = true;
				});
		return used && !changed;
	});
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

class OriginFlow implements DataflowAnalysis<States> {
	readonly entry: States;
	/** More alternatives than are followed. */
	isLost = false;
	private readonly proof: Proof;
	private readonly fn: FunctionIR;
	private readonly asked: Asked;
	/** Tests of loops that release the pages, with the outcome that ends the loop. */
	private readonly ends: ReadonlyMap<Expr, boolean>;
	/** Of loops that fill the place from its start: where they end at once, nothing was there. */
	private readonly filled: ReadonlyMap<Expr, boolean>;
	private readonly isFilledFromStart: boolean;

	constructor(proof: Proof, fn: FunctionIR, asked: Asked) {
		this.proof = proof;
		this.fn = fn;
		this.asked = asked;
		this.entry = new Map([[textOf(ENTRY), ENTRY]]);
		this.ends = new Map(fn.loops.filter((loop) => this.releasesAll(loop)).flatMap((loop) => endsOf(fn, loop)));
		this.isFilledFromStart = proof.fillsFromStart(fn);
		const fills = this.isFilledFromStart ? fn.loops.filter((loop) => this.stores(loop)) : [];
		this.filled = new Map(fills.flatMap((loop) => endsOf(fn, loop)));
	}

	/** `for (i = 0; i < req->nr; i++)`, `while (i--)`: each pass releases, and none is left out. */
	private releasesAll({ start, end, init, test, update }: Loop): boolean {
		const { text } = this.asked.file;
		const isIn = (call: CallExpr): boolean => start <= call.start && call.start < end;
		if (!this.fn.calls.some((call) => isIn(call) && this.proof.isReleased(this.fn, call))) return false;
		if (/\b(?:continue|break|goto|return)\b/.test(text.slice(start, end))) return false;
		const at = test && bare(test);
		if (at?.kind === 'unary') return at.op === '--' && !init && !update;
		const first = init && bare(init);
		const bound = at?.kind === 'binary' && at.op === '<' ? bare(at.right) : undefined;
		return first?.kind === 'assign' && isNull(first.right) && bound !== undefined && isFieldOfName(bound);
	}

	/** The loop stores pages there, from the first place on. */
	private stores({ start, end }: Loop): boolean {
		let found = false;
		everywhere(this.fn, (expr) => {
			if (expr.start < start || expr.start >= end) return;
			if (expr.kind === 'assign' && this.proof.isHolder(this.fn, expr.left) && !isNull(expr.right)) found = true;
		});
		return found;
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
		if (proof.isReleased(fn, call))
			return call.args.some((arg) => isElement(fn, arg))
				? states
				: this.each(states, (state) => ({ ...state, content: 'none' }));
		if (proof.touches(fn, call)) return this.each(states, ({ locals, results }) => ({ ...ENTRY, locals, results }));
		const taking = this.asked.takings.get(call.start);
		const pages = taking && takenInto(taking);
		if (!pages) return states;
		const at = bare(pages);
		const name = place(at.kind === 'unary' ? at.operand : at);
		const isHolder = proof.isHolder(fn, pages);
		return this.split(states, isHolder, (state) => {
			if (isHolder) return { ...state, content: added(state.content, 'user', isWhole(pages)) };
			return name && isLocal(fn, name) ? local(state, name, 'user') : state;
		});
	}

	/** A taking call: with the pages, and as it fails. */
	private split(states: States, isHolder: boolean, taken: (state: State) => State): States {
		const found = new Map<string, State>();
		for (const state of states.values()) {
			const after = taken(state);
			// had something been there, it would have been lost
			const failed: State =
				isHolder && state.content === 'entry' && after.content === 'user' ? { ...state, content: 'none' } : state;
			for (const next of [result(after, '', 'taken'), result(failed, '', 'none'), result(failed, '', 'error')])
				found.set(textOf(next), next);
		}
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
				return { ...state, content: isElement ? added(state.content, stored, this.isFilledFromStart) : stored };
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
		if (this.proof.isHolder(this.fn, value)) return 'mixed';
		const { taken, other } = originOf(this.asked.file, this.fn, value);
		const ours = [...taken].filter(({ call }) => this.asked.takings.has(call.start)).length;
		if (ours > 0) return other || ours < taken.size ? 'mixed' : 'user';
		return 'other';
	}

	assume(states: States, test: Expr, truth: boolean): States | undefined {
		const possible = new Map([...states].filter(([, state]) => isPossible(state.results, test, truth)));
		return possible.size === 0 ? undefined : this.known(possible, test, truth);
	}

	private known(states: States, test: Expr, truth: boolean): States {
		if (this.ends.get(test) === truth) return this.each(states, (state) => ({ ...state, content: 'none' }));
		if (this.filled.get(test) === truth)
			return this.each(states, (state) => (state.content === 'entry' ? { ...state, content: 'none' } : state));
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

/** One of many: the others stay. */
function isElement(fn: FunctionIR, arg: Expr): boolean {
	const at = bare(elementOf(fn, arg) ?? arg);
	return at.kind === 'index' || (at.kind === 'unary' && at.op === '*');
}

function local(state: State, name: string, content: Content): State {
	return { ...state, locals: new Map(state.locals).set(name, content) };
}

/**
 * An array with one more element.
 * @param isFirst the function fills it from its start
 */
function added(held: Content, stored: Content, isFirst: boolean): Content {
	if (stored === 'none' || held === stored) return held;
	return held === 'none' || (held === 'entry' && isFirst) ? stored : 'mixed';
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
