/** Evaluates the expressions of a function: what of the pages a value is, and where it is put. */
import { CURSORS } from '../../kernel/page-flow.js';
import { owningType } from '../../kernel/sinks/index.js';
import type { Expr, Range } from '../../syntax/ir.js';
import { typeOfExpr } from '../integers.js';
import { variableType } from '../variables.js';
import { bare, rootOf } from '../walk.js';
import { callSeen } from './calls.js';
import type { Frame } from './frame.js';
import { ADDRESS, CONTENTS, COUNTABLE, type Kinds, LIST, MAPPING, NONE, PAGE, WINDOW } from './kinds.js';
import { lifeOf } from './lifetime.js';
import { isWithin, type Path, pathOf, restOf } from './paths.js';
import { type Entry, forget, joinStates, put, recount, released, type State, within } from './state.js';
import { callView } from './views.js';

/** Arithmetic that leaves an address an address. */
const MOVES = new Set(['+', '-', '|', '&', '<<', '>>', '*', '/', '^']);

export class Eyes {
	state: State;
	readonly frame: Frame;

	constructor(frame: Frame, state: State) {
		this.frame = frame;
		this.state = state;
	}

	path(expr: Expr): Path | undefined {
		return pathOf(expr, this.frame.aliases);
	}

	/** What a value is, with all its effects. */
	see(expr: Expr): Kinds {
		switch (expr.kind) {
			case 'cast':
				// sizeof and typeof evaluate nothing
				return expr.operand.kind === 'other' ? NONE : this.see(expr.operand);
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
				this.see(expr.test);
				const before = this.state;
				const yes = expr.whenTrue ? this.see(expr.whenTrue) : NONE;
				const after = this.state;
				this.state = before;
				const no = this.see(expr.whenFalse);
				this.state = joinStates(after, this.state);
				return yes | no;
			}
			case 'comma':
				return expr.items.reduce<Kinds>((_, item) => this.see(item), NONE);
			case 'list':
				return expr.items.reduce<Kinds>((all, item) => all | this.see(item), NONE);
			case 'other':
				for (const item of expr.items) this.see(item);
				return NONE;
			case 'call':
				return callSeen(this, expr);
			default:
				return NONE;
		}
	}

	private unary(expr: Expr & { kind: 'unary' }): Kinds {
		if (expr.op === '*') return this.read(expr);
		if (expr.op === '&') {
			this.inside(expr.operand);
			return this.glance(expr);
		}
		const kinds = this.see(expr.operand);
		if (expr.op !== '++' && expr.op !== '--') return NONE;
		const path = this.path(expr.operand);
		if (path) this.state = recount(this.state, path.text);
		return kinds;
	}

	private binary(expr: Expr & { kind: 'binary' }): Kinds {
		const left = this.see(expr.left);
		if (expr.op === '&&' || expr.op === '||') {
			const before = this.state;
			this.see(expr.right);
			this.state = joinStates(before, this.state);
			return NONE;
		}
		const right = this.see(expr.right);
		return arithmetic(expr.op, left, right);
	}

	/** Evaluate what stands inside a place: an index, a call that returns the object. */
	private inside(expr: Expr): void {
		const at = bare(expr);
		if (at.kind === 'field') this.inside(at.object);
		else if (at.kind === 'index') {
			this.inside(at.object);
			this.see(at.index);
		} else if (at.kind === 'unary') this.inside(at.operand);
		else if (at.kind !== 'name') this.see(at);
	}

	/** The value of a place. */
	private read(expr: Expr): Kinds {
		this.inside(expr);
		const at = bare(expr);
		const behind = this.behind(at);
		if (behind & PAGE && at.kind === 'field' && !this.exact(at)) {
			this.frame.note({ ...span(at), kind: 'page-only', text: `${at.field} of the struct page is read` });
			return NONE;
		}
		const kinds = this.glance(at);
		if (behind & CONTENTS && kinds === NONE)
			this.frame.note({ ...span(at), kind: 'read', text: 'the CPU reads from them' });
		return kinds;
	}

	/** What the pointer is that an expression follows. */
	private behind(at: Expr): Kinds {
		if (at.kind === 'field') return at.arrow || bare(at.object).kind !== 'name' ? this.glance(at.object) : NONE;
		if (at.kind === 'index') return this.glance(at.object);
		return at.kind === 'unary' && at.op === '*' ? this.glance(at.operand) : NONE;
	}

	/** The entry of the place itself, without what its object is. */
	exact(expr: Expr): Entry | undefined {
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
	glance(expr: Expr): Kinds {
		const at = bare(expr);
		switch (at.kind) {
			case 'name':
				return this.exact(at)?.kinds ?? NONE;
			case 'field': {
				const own = this.exact(at);
				if (own) return own.kinds;
				const object = this.glance(at.object);
				if (object & LIST) return LIST;
				return object & PAGE && (at.field === 'page' || at.field === 'folio') ? PAGE : NONE;
			}
			case 'index':
			case 'unary':
				return this.pointed(at);
			case 'binary':
				return arithmetic(at.op, this.glance(at.left), this.glance(at.right));
			case 'assign':
				return this.glance(at.right);
			case 'conditional':
				return (at.whenTrue ? this.glance(at.whenTrue) : NONE) | this.glance(at.whenFalse);
			case 'comma':
				return this.glance(at.items.at(-1) ?? { ...span(at), kind: 'other', items: [] });
			case 'call':
				return callView(this, at);
			default:
				return NONE;
		}
	}

	private pointed(at: Expr & { kind: 'index' | 'unary' }): Kinds {
		if (at.kind === 'unary' && at.op === '&') {
			const operand = bare(at.operand);
			const own = this.exact(operand);
			if (own) return own.kinds;
			// the address of a part of the data is an address of the data
			return (this.behind(operand) & (CONTENTS | WINDOW | MAPPING)) | (this.glance(operand) & LIST);
		}
		if (at.kind === 'unary' && at.op !== '*') return at.op === '++' || at.op === '--' ? this.glance(at.operand) : NONE;
		const object = this.glance(at.kind === 'index' ? at.object : at.operand);
		if (!(object & CONTENTS)) return object;
		return this.isPointer(at) === true ? object : NONE;
	}

	private isPointer(expr: Expr): boolean | undefined {
		const type = typeOfExpr(expr, this.frame.fn, this.frame.trace.file.ir);
		return type && (type.pointers > 0 || type.array);
	}

	/** What a value is or, as an object, has in its fields. */
	reaches(expr: Expr): Kinds {
		const path = this.path(expr);
		let kinds = this.glance(expr);
		if (path) for (const [, entry] of within(this.state, path.text)) kinds |= entry.kinds;
		return kinds;
	}

	/** An assignment: the data is written, or a place holds something else from here on. */
	assign(left: Expr, right: Expr, range: Range, op = '='): Kinds {
		const kinds = this.see(right);
		const at = bare(left);
		this.inside(at);
		if (this.behind(at) & (CONTENTS | WINDOW) && !(kinds & CONTENTS) && this.isPointer(at) !== true) {
			this.frame.note({ ...span(left), kind: 'write', text: 'the CPU writes to them' });
			return kinds;
		}
		const path = this.path(at);
		if (!path) return kinds;
		if (op !== '=') {
			this.state = recount(this.state, path.text);
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
	carried(value: Expr): readonly (readonly [rest: string, entry: Entry])[] {
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
		const life = lifeOf(path, fn, trace.file.ir);
		if (life === 'local' || life === 'fresh') return;
		this.frame.note({
			...span(range),
			kind: 'stored',
			life,
			address: true,
			text: `their physical address is in ${path}`,
		});
	}

	hold(expr: Expr, path: Path, kinds: Kinds, range: Range): void {
		this.state = put(this.state, path.text, { kinds, keys: this.frame.keysOf(expr, path.text) });
		this.frame.noteAssigned(path.text, range);
	}

	/** A loop macro sets its variable. */
	each(macro: string, args: readonly Expr[]): void {
		for (const arg of args) this.inside(arg);
		const [first, second] = args.map((arg) => bare(arg));
		if (!first || !second) return;
		if (/^for_each_sg/.test(macro)) {
			const list = this.reaches(first) & (LIST | PAGE | ADDRESS) ? LIST : NONE;
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

function arithmetic(op: string, left: Kinds, right: Kinds): Kinds {
	if (!MOVES.has(op)) return NONE;
	const kept = op === '+' || op === '-' ? COUNTABLE | PAGE | LIST : COUNTABLE;
	// the distance of two addresses is a number
	if (op === '-' && left & right & COUNTABLE) return NONE;
	return (left | right) & kept;
}

export function span(range: Range): Range {
	return { start: range.start, end: range.end };
}
