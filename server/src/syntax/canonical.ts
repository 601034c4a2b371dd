/**
 * One form for expressions that mean the same, so that no analysis looks at how C is spelt. Each keeps the range of what is
 * written: an edit of it replaces all of that.
 */
import type { CType, Expr, Range } from './ir.js';

type Unary = Expr & { readonly kind: 'unary' };
type Binary = Expr & { readonly kind: 'binary' };

/** Where the comparison is false: `a < b` is `a >= b`. */
export const NEGATED: Readonly<Record<string, string>> = {
	'<': '>=',
	'>': '<=',
	'<=': '>',
	'>=': '<',
	'==': '!=',
	'!=': '==',
};

/** With the sides exchanged: `a < b` is `b > a`. */
export const FLIPPED: Readonly<Record<string, string>> = {
	'<': '>',
	'>': '<',
	'<=': '>=',
	'>=': '<=',
	'==': '==',
	'!=': '!=',
};

/** Operators whose sides may stand either way round. */
const COMMUTATIVE = new Set(['+', '*', '|', '&', '^']);

function unbracketed(expr: Expr): Expr {
	let at = expr;
	while (at.kind === 'paren') at = at.inner;
	return at;
}

/** `(x)` is `x`, at the place of both brackets: text that is cut out with it stays one operand. */
export function bracketed(range: Range, inner: Expr): Expr {
	return at(inner, range);
}

/** The same expression at the place of what is written. A call stays: it is known by its identity. */
function at(expr: Expr, { start, end }: Range): Expr {
	return expr.kind === 'call' ? expr : { ...expr, start, end };
}

/** `*x`: `*(a + i)` is `a[i]`, `*&x` is `x`. */
export function dereferenced(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	const inner = unbracketed(operand);
	if (inner.kind === 'unary' && inner.op === '&') return at(inner.operand, range);
	if (inner.kind === 'binary' && inner.op === '+')
		return { start, end, kind: 'index', object: inner.left, index: inner.right };
	return { start, end, kind: 'unary', op: '*', operand };
}

/** `a[i]`: of an array of arrays `a[0]` is `*a`, which is how the one that a caller gets back is written. */
export function element(range: Range, object: Expr, index: Expr, types: ReadonlyMap<string, CType>): Expr {
	const { start, end } = range;
	const inner = unbracketed(object);
	const type = inner.kind === 'name' ? types.get(inner.name) : undefined;
	if (type && type.pointers > 2 && numberOf(index) === 0)
		return { start, end, kind: 'unary', op: '*', operand: object };
	return { start, end, kind: 'index', object, index };
}

/** `&x`: `&a[0]` is `a`, `&*p` is `p`. */
export function addressed(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	const inner = unbracketed(operand);
	if (inner.kind === 'unary' && inner.op === '*') return at(inner.operand, range);
	if (inner.kind === 'index' && numberOf(inner.index) === 0) return at(inner.object, range);
	return { start, end, kind: 'unary', op: '&', operand };
}

/** `(*p).f` is `p->f`, `(&s)->f` is `s.f`. */
export function member(range: Range, object: Expr, field: string, arrow: boolean): Expr {
	const { start, end } = range;
	const inner = unbracketed(object);
	if (inner.kind === 'unary' && inner.op === (arrow ? '&' : '*'))
		return { start, end, kind: 'field', object: inner.operand, field, arrow: !arrow };
	return { start, end, kind: 'field', object, field, arrow };
}

/** `!x`: `!(a < b)` is `a >= b`. */
export function negated(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	const inner = unbracketed(operand);
	const op = inner.kind === 'binary' ? NEGATED[inner.op] : undefined;
	if (inner.kind === 'binary' && op) return { ...inner, start, end, op };
	return { start, end, kind: 'unary', op: '!', operand };
}

/** `a OP b` with a constant on the right side, numbers added up, and without comparing a truth value with 0 or 1. */
export function binary(written: Binary, types: ReadonlyMap<string, CType>): Expr {
	const { op, left, right } = written;
	const [a, b] = [numberOf(left), numberOf(right)];
	if (a !== undefined && b !== undefined && (op === '+' || op === '-')) {
		const value = op === '+' ? a + b : a - b;
		const { start, end } = written;
		if (value >= 0) return { start, end, kind: 'number', value, text: String(value) };
	}
	const asked = truthOfBool(written, types);
	if (asked) return asked;
	if (isTurned(written, types)) {
		const turned = FLIPPED[op] ?? op;
		return (
			truth({ ...written, op: turned, left: right, right: left }) ?? {
				...written,
				op: turned,
				left: right,
				right: left,
			}
		);
	}
	return truth(written) ?? written;
}

/** `flag != 0` is `flag`, `flag == false` is `!flag`. */
function truthOfBool(written: Binary, types: ReadonlyMap<string, CType>): Expr | undefined {
	const { op, left, right } = written;
	const [asked, than] = truthValue(right) === undefined ? [right, left] : [left, right];
	const inner = unbracketed(asked);
	const type = inner.kind === 'name' ? types.get(inner.name) : undefined;
	const value = truthValue(than);
	if ((op !== '==' && op !== '!=') || value === undefined || !type || !isBool(type)) return undefined;
	return (op === '==') === value ? at(inner, written) : negated(written, inner);
}

export function isBool({ base, pointers, array }: CType): boolean {
	return pointers === 0 && !array && /^(?:bool|_Bool)$/.test(base);
}

/** `f() != 0` and `a[i] != NULL` are whether there is something, `f() == 0` whether there is nothing. */
export function askedOf(test: Expr): { readonly value: Expr; readonly truth: boolean } | undefined {
	if (test.kind !== 'binary' || (test.op !== '==' && test.op !== '!=')) return undefined;
	const value = unbracketed(test.left);
	const than = unbracketed(test.right);
	const isZero =
		(than.kind === 'number' && than.value === 0) || (than.kind === 'name' && /^(?:NULL|false)$/.test(than.name));
	const isAsked = value.kind === 'call' || value.kind === 'index' || (value.kind === 'unary' && value.op === '*');
	return isAsked && isZero ? { value, truth: test.op === '!=' } : undefined;
}

/** `i += 1` as a statement is `i++`, `(void)f()` is `f()`. */
export function statement(expr: Expr): Expr {
	if (expr.kind === 'cast' && expr.type.base === 'void' && expr.type.pointers === 0) return statement(expr.operand);
	if (expr.kind !== 'assign' || numberOf(expr.right) !== 1) return expr;
	const { start, end, left } = expr;
	if (expr.op === '+=') return { start, end, kind: 'unary', op: '++', operand: left };
	return expr.op === '-=' ? { start, end, kind: 'unary', op: '--', operand: left } : expr;
}

/** `1 + i`, `NULL == p`, `i + pages`. Flags stay in the order they are written in: an edit that takes one out looks at it. */
function isTurned({ op, left, right }: Binary, types: ReadonlyMap<string, CType>): boolean {
	if (!/^[+*&^]$/.test(op) && !FLIPPED[op]) return false;
	if (isConstant(left)) return !isConstant(right);
	return op === '+' && isInteger(left, types) && mayPoint(right, types);
}

function isPointer({ pointers, array }: CType): boolean {
	return pointers > 0 || array;
}

/** A local number, or one computed from such. */
function isInteger(expr: Expr, types: ReadonlyMap<string, CType>): boolean {
	const inner = unbracketed(expr);
	if (inner.kind === 'number') return true;
	if (inner.kind === 'binary') return isInteger(inner.left, types) && isInteger(inner.right, types);
	if (inner.kind === 'conditional')
		return [inner.whenTrue ?? inner.test, inner.whenFalse].every((arm) => isInteger(arm, types));
	const type = inner.kind === 'name' ? types.get(inner.name) : undefined;
	return type !== undefined && !isPointer(type);
}

/** A local pointer, or a field whose type is not known. */
function mayPoint(expr: Expr, types: ReadonlyMap<string, CType>): boolean {
	const inner = unbracketed(expr);
	if (inner.kind === 'field') return true;
	const type = inner.kind === 'name' ? types.get(inner.name) : undefined;
	return type !== undefined && isPointer(type);
}

/** `(a < b) != 0` is `a < b`, `(a < b) == 0` is `a >= b`. */
function truth(written: Binary): Expr | undefined {
	const { op, left, right } = written;
	const than = truthValue(right);
	const inner = unbracketed(left);
	if ((op !== '==' && op !== '!=') || than === undefined || !isTruth(inner)) return undefined;
	return (op === '==') === than ? at(inner, written) : negated(written, inner);
}

/** A comparison or what is joined of them: it is 0 or 1. */
export function isTruth(expr: Expr): expr is Unary | Binary {
	if (expr.kind === 'unary') return expr.op === '!';
	return expr.kind === 'binary' && (NEGATED[expr.op] !== undefined || expr.op === '&&' || expr.op === '||');
}

function truthValue(expr: Expr): boolean | undefined {
	const inner = unbracketed(expr);
	if (inner.kind === 'number') return inner.value === 0 ? false : inner.value === 1 ? true : undefined;
	if (inner.kind !== 'name') return undefined;
	return inner.name === 'false' ? false : inner.name === 'true' ? true : undefined;
}

function numberOf(expr: Expr): number | undefined {
	const inner = unbracketed(expr);
	return inner.kind === 'number' ? inner.value : undefined;
}

/** `1`, `NULL`, `EXAMPLE_MODE`, `-EINVAL`, `PAGE_SIZE - 1` */
function isConstant(expr: Expr): boolean {
	const inner = unbracketed(expr);
	switch (inner.kind) {
		case 'number':
			return true;
		case 'name':
			return /^[A-Z_][A-Z0-9_]*$|^(?:true|false)$/.test(inner.name);
		case 'unary':
			return (inner.op === '-' || inner.op === '~') && isConstant(inner.operand);
		case 'cast':
			return isConstant(inner.operand);
		case 'binary':
			return isConstant(inner.left) && isConstant(inner.right);
		default:
			return false;
	}
}

/** `a = a + b` is `a += b`, where reading `a` again does nothing else. */
export function assigned(range: Range, op: string, left: Expr, right: Expr): Expr {
	const { start, end } = range;
	const value = unbracketed(right);
	const name =
		op === '=' && value.kind === 'binary' && /^(?:[-+*/%|&^]|<<|>>)$/.test(value.op) ? placeText(left) : undefined;
	if (name !== undefined && value.kind === 'binary') {
		if (placeText(value.left) === name)
			return { start, end, kind: 'assign', op: `${value.op}=`, left, right: value.right };
		if (COMMUTATIVE.has(value.op) && placeText(value.right) === name)
			return { start, end, kind: 'assign', op: `${value.op}=`, left, right: value.left };
	}
	return { start, end, kind: 'assign', op, left, right };
}

/** `i`, `n - 1`, `dev->nr + 2` */
function indexText(expr: Expr): string | undefined {
	const inner = unbracketed(expr);
	if (inner.kind === 'number') return String(inner.value);
	if (inner.kind !== 'binary') return placeText(inner);
	const [left, right] = [indexText(inner.left), indexText(inner.right)];
	return left && right && `(${left} ${inner.op} ${right})`;
}

/** A variable, a field or an element of one, as text; undefined for anything else. */
function placeText(expr: Expr): string | undefined {
	const inner = unbracketed(expr);
	if (inner.kind === 'name') return inner.name;
	if (inner.kind !== 'field' && inner.kind !== 'index') return undefined;
	const object = placeText(inner.object);
	if (object === undefined) return undefined;
	if (inner.kind === 'field') return `${object}${inner.arrow ? '->' : '.'}${inner.field}`;
	const index = indexText(inner.index);
	return index && `${object}[${index}]`;
}
