/** Evaluates the expressions of a function: what of the pages a value is, and where it is put. */
import { CURSORS } from '../../kernel/page-flow.js';
import { owningType } from '../../kernel/sinks/index.js';
import { type CallExpr, type Expr, type Range, span } from '../../syntax/ir.js';
import { typeOfExpr } from '../integers.js';
import { variableType } from '../variables.js';
import { bare, rootOf } from '../walk.js';
import type { Frame } from './frame.js';
import { ADDRESS, CONTENTS, COUNTABLE, type DerivationSet, LIST, LOCAL_MAPPING, MAPPING, NONE, PAGE } from './kinds.js';
import { isWithin, type Path, pathOf, restOf } from './paths.js';
import {
	type Derivation,
	type DerivationState,
	dropResult,
	forget,
	joinStates,
	put,
	released,
	within,
} from './state.js';
import { storageDurationOf } from './storage-duration.js';
import { callView } from './views.js';

/** Arithmetic that leaves an address an address. */
const MOVES = new Set(['+', '-', '|', '&', '<<', '>>', '*', '/', '^']);

/** What a call returns of the pages, with all its effects. */
export type CallTransfer = (transfer: ExpressionTransfer, call: CallExpr) => DerivationSet;

export class ExpressionTransfer {
	state: DerivationState;
	readonly frame: Frame;
	private readonly transferCall: CallTransfer;

	constructor(frame: Frame, state: DerivationState, transferCall: CallTransfer) {
		this.frame = frame;
		this.state = state;
		this.transferCall = transferCall;
	}

	path(expr: Expr): Path | undefined {
		return pathOf(expr, this.frame.aliases);
	}

	/** What a value is, with all its effects. */
	evaluate(expr: Expr): DerivationSet {
		switch (expr.kind) {
			case 'cast':
				// sizeof and typeof evaluate nothing
				return expr.operand.kind === 'other' ? NONE : this.evaluate(expr.operand);
			case 'name':
			case 'field':
			case 'index':
				return this.read(expr);
			case 'unary':
				return this.unary(expr);
			case 'binary':
				return this.binary(expr);
			case 'assign':
				return this.assign(expr.left, expr.right, expr, expr.op);
			case 'conditional': {
				this.evaluate(expr.test);
				const before = this.state;
				const yes = expr.whenTrue ? this.evaluate(expr.whenTrue) : NONE;
				const after = this.state;
				this.state = before;
				const no = this.evaluate(expr.whenFalse);
				this.state = joinStates(after, this.state);
				return yes | no;
			}
			case 'comma':
				return expr.items.reduce<DerivationSet>((_, item) => this.evaluate(item), NONE);
			case 'list':
				return expr.items.reduce<DerivationSet>((all, item) => all | this.evaluate(item), NONE);
			case 'other':
				for (const item of expr.items) this.evaluate(item);
				return NONE;
			case 'call':
				return this.transferCall(this, expr);
			default:
				return NONE;
		}
	}

	private unary(expr: Expr & { kind: 'unary' }): DerivationSet {
		if (expr.op === '*') return this.read(expr);
		if (expr.op === '&') {
			this.inside(expr.operand);
			return this.evaluatePure(expr);
		}
		const kinds = this.evaluate(expr.operand);
		if (expr.op !== '++' && expr.op !== '--') return NONE;
		const path = this.path(expr.operand);
		if (path) this.state = dropResult(this.state, path.text);
		return kinds;
	}

	private binary(expr: Expr & { kind: 'binary' }): DerivationSet {
		const left = this.evaluate(expr.left);
		if (expr.op === '&&' || expr.op === '||') {
			const before = this.state;
			this.evaluate(expr.right);
			this.state = joinStates(before, this.state);
			return NONE;
		}
		const right = this.evaluate(expr.right);
		return arithmetic(expr.op, left, right);
	}

	/** Evaluate what stands inside a place: an index, a call that returns the object. */
	private inside(expr: Expr): void {
		const at = bare(expr);
		if (at.kind === 'field') this.inside(at.object);
		else if (at.kind === 'index') {
			this.inside(at.object);
			this.evaluate(at.index);
		} else if (at.kind === 'unary') this.inside(at.operand);
		else if (at.kind !== 'name') this.evaluate(at);
	}

	/** The value of a place. */
	private read(expr: Expr): DerivationSet {
		this.inside(expr);
		const at = bare(expr);
		const behind = this.behind(at);
		if (behind & PAGE && at.kind === 'field' && !this.exact(at)) {
			this.frame.note({ ...span(at), kind: 'page-only', text: `${at.field} of the struct page is read` });
			return NONE;
		}
		const kinds = this.evaluatePure(at);
		if (behind & CONTENTS && kinds === NONE)
			this.frame.note({ ...span(at), kind: 'read', text: 'the CPU reads from them' });
		return kinds;
	}

	/** What the pointer is that an expression follows. */
	private behind(at: Expr): DerivationSet {
		if (at.kind === 'field') return at.arrow || bare(at.object).kind !== 'name' ? this.evaluatePure(at.object) : NONE;
		if (at.kind === 'index') return this.evaluatePure(at.object);
		return at.kind === 'unary' && at.op === '*' ? this.evaluatePure(at.operand) : NONE;
	}

	/** The entry of the place itself, without what its object is. */
	exact(expr: Expr): Derivation | undefined {
		const path = this.path(expr);
		if (!path) return undefined;
		const known = this.state.places.get(path.text);
		if (known) return known;
		const { fields } = this.frame.reason;
		if (!fields) return undefined;
		let kinds = NONE;
		const keys = this.frame.keysOf(expr, path.text);
		for (const key of keys) kinds |= fields.get(key) ?? NONE;
		return kinds === NONE ? undefined : { kinds, keys };
	}

	/** What a value is, without effects and notes. */
	evaluatePure(expr: Expr): DerivationSet {
		const at = bare(expr);
		switch (at.kind) {
			case 'name':
				return this.exact(at)?.kinds ?? NONE;
			case 'field': {
				const own = this.exact(at);
				if (own) return own.kinds;
				const object = this.evaluatePure(at.object);
				if (object & LIST) return LIST;
				return object & PAGE && (at.field === 'page' || at.field === 'folio') ? PAGE : NONE;
			}
			case 'index':
			case 'unary':
				return this.pointed(at);
			case 'binary':
				return arithmetic(at.op, this.evaluatePure(at.left), this.evaluatePure(at.right));
			case 'assign':
				return this.evaluatePure(at.right);
			case 'conditional':
				return (at.whenTrue ? this.evaluatePure(at.whenTrue) : NONE) | this.evaluatePure(at.whenFalse);
			case 'comma':
				return this.evaluatePure(at.items.at(-1) ?? { ...span(at), kind: 'other', items: [] });
			case 'call':
				return callView(this, at);
			default:
				return NONE;
		}
	}

	private pointed(at: Expr & { kind: 'index' | 'unary' }): DerivationSet {
		if (at.kind === 'unary' && at.op === '&') {
			const operand = bare(at.operand);
			const own = this.exact(operand);
			if (own) return own.kinds;
			// the address of a part of the data is an address of the data
			return (this.behind(operand) & (CONTENTS | LOCAL_MAPPING | MAPPING)) | (this.evaluatePure(operand) & LIST);
		}
		if (at.kind === 'unary' && at.op !== '*')
			return at.op === '++' || at.op === '--' ? this.evaluatePure(at.operand) : NONE;
		const object = this.evaluatePure(at.kind === 'index' ? at.object : at.operand);
		if (!(object & CONTENTS)) return object;
		return this.isPointer(at) === true ? object : NONE;
	}

	private isPointer(expr: Expr): boolean | undefined {
		const type = typeOfExpr(expr, this.frame.fn, this.frame.trace.file.ir);
		return type && (type.pointers > 0 || type.array);
	}

	/** What a value is or, as an object, has in its fields. */
	evaluateWithFields(expr: Expr): DerivationSet {
		const path = this.path(expr);
		let kinds = this.evaluatePure(expr);
		if (path) for (const [, entry] of within(this.state, path.text)) kinds |= entry.kinds;
		return kinds;
	}

	/** An assignment: the data is written, or a place holds something else from here on. */
	assign(left: Expr, right: Expr, range: Range, op = '='): DerivationSet {
		const kinds = this.evaluate(right);
		const at = bare(left);
		this.inside(at);
		if (this.behind(at) & (CONTENTS | LOCAL_MAPPING) && !(kinds & CONTENTS) && this.isPointer(at) !== true) {
			this.frame.note({ ...span(left), kind: 'write', text: 'the CPU writes to them' });
			return kinds;
		}
		const path = this.path(at);
		if (!path) return kinds;
		if (op !== '=') {
			this.state = dropResult(this.state, path.text);
			if (kinds & COUNTABLE) this.hold(at, path, kinds & COUNTABLE, range);
			return kinds;
		}
		const source = this.path(cursorOf(right) ?? right);
		const carried = this.carried(right);
		const isWhole = at.kind === 'name' || (at.kind === 'field' && bare(at.object).kind !== 'index');
		if (isWhole && source?.text !== path.text) {
			this.state = forget(this.state, path.text);
			if (at.kind === 'name' && this.frame.isParam(at.name)) this.frame.rebound.add(at.name);
		}
		if (kinds !== NONE) {
			const owner = owningType(this.containerOf(at));
			if (owner && kinds & PAGE) this.move(span(left), `they are stored in ${owner}, whose owner puts them`);
			else this.hold(at, path, kinds, range);
			if (kinds & ADDRESS) this.described(path.text, range);
		}
		for (const [inner, entry] of carried) {
			const target = path.text + inner;
			this.state = put(this.state, target, entry);
			this.frame.noteAssigned(target, range);
		}
		if (this.taking(right)) this.state = { ...this.state, result: path.text };
		return kinds;
	}

	/** What the fields of an object value hold ("->pages"). */
	carried(value: Expr): readonly (readonly [rest: string, entry: Derivation])[] {
		const made = this.frame.results.get(bare(value));
		if (made) return [...made.returned];
		const source = this.path(value);
		if (!source || source.inside) return [];
		return within(this.state, source.text).map(([inner, entry]) => [inner.slice(source.text.length), entry]);
	}

	/** The value is what a taking call returned. */
	private taking(right: Expr): boolean {
		const at = bare(right);
		const { site, producer } = this.frame.reason;
		return at.kind === 'call' && (at === site?.call || (producer !== undefined && at.name === producer.name));
	}

	private containerOf(at: Expr): string {
		if (at.kind === 'field') return typeOfExpr(at.object, this.frame.fn, this.frame.trace.file.ir)?.base ?? '';
		const root = this.path(at);
		return root ? (variableType(this.frame.fn, rootOf(root.text))?.base ?? '') : '';
	}

	/** The references are somebody else's now. */
	move(range: Range, text: string): void {
		this.frame.note({ ...range, kind: 'moved', text });
		this.state = released(this.state);
	}

	/** A physical address is written where others may use it: a field of an object, a descriptor. */
	private described(path: string, range: Range): void {
		const { fn, trace } = this.frame;
		if (restOf(path) === '') return;
		const life = storageDurationOf(path, fn, trace.file.ir);
		if (life === 'local' || life === 'fresh') return;
		this.frame.note({
			...span(range),
			kind: 'stored',
			life,
			address: true,
			text: `their physical address is in ${path}`,
		});
	}

	hold(expr: Expr, path: Path, kinds: DerivationSet, range: Range): void {
		this.state = put(this.state, path.text, { kinds, keys: this.frame.keysOf(expr, path.text) });
		this.frame.noteAssigned(path.text, range);
	}

	/** A loop macro sets its variable. */
	each(macro: string, args: readonly Expr[]): void {
		for (const arg of args) this.inside(arg);
		const [first, second] = args.map((arg) => bare(arg));
		if (!first || !second) return;
		if (/^for_each_sg/.test(macro)) {
			const list = this.evaluateWithFields(first) & (LIST | PAGE | ADDRESS) ? LIST : NONE;
			const path = this.path(second);
			if (path && list) this.hold(second, path, list, span(second));
			return;
		}
		if (first.kind === 'name') this.state = forget(this.state, first.name);
	}

	/** Places below a path are known to hold pages. */
	holdsWithin(path: string): boolean {
		return [...this.state.places.keys()].some((other) => other === path || isWithin(other, path));
	}
}

/** The list that `sg_next(sg)` goes on in. */
function cursorOf(expr: Expr): Expr | undefined {
	const at = bare(expr);
	return at.kind === 'call' && CURSORS.has(at.name) ? at.args[0] : undefined;
}

function arithmetic(op: string, left: DerivationSet, right: DerivationSet): DerivationSet {
	if (!MOVES.has(op)) return NONE;
	const kept = op === '+' || op === '-' ? COUNTABLE | PAGE | LIST : COUNTABLE;
	// the distance of two addresses is a number
	if (op === '-' && left & right & COUNTABLE) return NONE;
	return (left | right) & kept;
}
