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

/** Operators that an assignment may be joined with. */
const COMPOUND = /^(?:[-+*/%|&^]|<<|>>)$/;

/** `(x)` is `x`, at the place of both brackets: text that is cut out with it stays one operand. */
export function bracketed(range: Range, inner: Expr): Expr {
	return at(inner, range);
}

/**
 * The same expression at the place of what is written. A call stays, which is known by its identity, and `i++`, whose sign is told
 * from `++i` by where it stands.
 */
function at(expr: Expr, { start, end }: Range): Expr {
	const stays = expr.kind === 'call' || (expr.kind === 'unary' && (expr.op === '++' || expr.op === '--'));
	return stays ? expr : { ...expr, start, end };
}

/** `*x`: `*(a + i)` is `a[i]`, `*&x` is `x`. */
export function dereferenced(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	if (operand.kind === 'unary' && operand.op === '&') return at(operand.operand, range);
	if (operand.kind === 'binary' && operand.op === '+')
		return { start, end, kind: 'index', object: operand.left, index: operand.right };
	return { start, end, kind: 'unary', op: '*', operand };
}

/** `a[i]`: of an array of arrays `a[0]` is `*a`, which is how the one that a caller gets back is written. */
export function element(range: Range, object: Expr, index: Expr, types: ReadonlyMap<string, CType>): Expr {
	const { start, end } = range;
	const type = object.kind === 'name' ? types.get(object.name) : undefined;
	if (type && type.pointers > 2 && numberOf(index) === 0)
		return { start, end, kind: 'unary', op: '*', operand: object };
	return { start, end, kind: 'index', object, index };
}

/** `&x`: `&a[0]` is `a`, `&*p` is `p`. */
export function addressed(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	if (operand.kind === 'unary' && operand.op === '*') return at(operand.operand, range);
	if (operand.kind === 'index' && numberOf(operand.index) === 0) return at(operand.object, range);
	return { start, end, kind: 'unary', op: '&', operand };
}

/** `(*p).f` is `p->f`, `(&s)->f` is `s.f`. */
export function member(range: Range, object: Expr, field: string, arrow: boolean): Expr {
	const { start, end } = range;
	if (object.kind === 'unary' && object.op === (arrow ? '&' : '*'))
		return { start, end, kind: 'field', object: object.operand, field, arrow: !arrow };
	return { start, end, kind: 'field', object, field, arrow };
}

/** `!x`: `!(a < b)` is `a >= b`. */
export function negated(range: Range, operand: Expr): Expr {
	const { start, end } = range;
	const op = operand.kind === 'binary' ? NEGATED[operand.op] : undefined;
	if (operand.kind === 'binary' && op) return { ...operand, start, end, op };
	return { start, end, kind: 'unary', op: '!', operand };
}

/** `a OP b` with a constant on the right side, numbers added up, and without comparing a truth value with 0 or 1. */
export function binary(written: Binary, types: ReadonlyMap<string, CType>): Expr {
	const { op, left, right } = written;
	const sum = summed(written);
	if (sum) return sum;
	const asked = truthOfBool(written, types);
	if (asked) return asked;
	const turned = isTurned(written, types) ? { ...written, op: FLIPPED[op] ?? op, left: right, right: left } : written;
	return truth(turned) ?? turned;
}

/** `PAGES + 1` of two numbers, with the suffix that C gives it. */
function summed({ start, end, op, left, right }: Binary): Expr | undefined {
	if (left.kind !== 'number' || right.kind !== 'number' || (op !== '+' && op !== '-')) return undefined;
	const [a, b] = [left.value, right.value];
	const value = a === undefined || b === undefined ? -1 : op === '+' ? a + b : a - b;
	if (value < 0) return undefined;
	const suffix = ['U', 'L'].filter((letter) => `${left.text}${right.text}`.toUpperCase().includes(letter)).join('');
	return { start, end, kind: 'number', value, text: `${value}${suffix}` };
}

/** `flag != 0` is `flag`, `flag == false` is `!flag`. */
function truthOfBool(written: Binary, types: ReadonlyMap<string, CType>): Expr | undefined {
	const { op, left, right } = written;
	const [asked, than] = truthValue(right) === undefined ? [right, left] : [left, right];
	const type = asked.kind === 'name' ? types.get(asked.name) : undefined;
	const value = truthValue(than);
	if ((op !== '==' && op !== '!=') || value === undefined || !type || !isBool(type)) return undefined;
	return (op === '==') === value ? at(asked, written) : negated(written, asked);
}

export function isBool({ base, pointers, array }: CType): boolean {
	return pointers === 0 && !array && /^(?:bool|_Bool)$/.test(base);
}

/** `f() != 0` and `a[i] != NULL` are whether there is something, `f() == 0` whether there is nothing. */
export function askedOf(test: Expr): { readonly value: Expr; readonly truth: boolean } | undefined {
	if (test.kind !== 'binary' || (test.op !== '==' && test.op !== '!=')) return undefined;
	const value = test.left;
	const than = test.right;
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
	switch (expr.kind) {
		case 'number':
			return true;
		case 'binary':
			return isInteger(expr.left, types) && isInteger(expr.right, types);
		case 'conditional':
			return [expr.whenTrue ?? expr.test, expr.whenFalse].every((arm) => isInteger(arm, types));
		case 'name': {
			const type = types.get(expr.name);
			return type !== undefined && !isPointer(type);
		}
		default:
			return false;
	}
}

/** A local pointer, or a field whose type is not known. */
function mayPoint(expr: Expr, types: ReadonlyMap<string, CType>): boolean {
	if (expr.kind === 'field') return true;
	const type = expr.kind === 'name' ? types.get(expr.name) : undefined;
	return type !== undefined && isPointer(type);
}

/** `(a < b) != 0` is `a < b`, `(a < b) == 0` is `a >= b`. */
function truth(written: Binary): Expr | undefined {
	const { op, left, right } = written;
	const than = truthValue(right);
	if ((op !== '==' && op !== '!=') || than === undefined || !isTruth(left)) return undefined;
	return (op === '==') === than ? at(left, written) : negated(written, left);
}

/** A comparison or what is joined of them: it is 0 or 1. */
export function isTruth(expr: Expr): expr is Unary | Binary {
	if (expr.kind === 'unary') return expr.op === '!';
	return expr.kind === 'binary' && (NEGATED[expr.op] !== undefined || expr.op === '&&' || expr.op === '||');
}

function truthValue(expr: Expr): boolean | undefined {
	if (expr.kind === 'number') return expr.value === 0 ? false : expr.value === 1 ? true : undefined;
	if (expr.kind !== 'name') return undefined;
	return expr.name === 'false' ? false : expr.name === 'true' ? true : undefined;
}

function numberOf(expr: Expr): number | undefined {
	return expr.kind === 'number' ? expr.value : undefined;
}

/** `1`, `NULL`, `EXAMPLE_MODE`, `-EINVAL`, `PAGE_SIZE - 1` */
function isConstant(expr: Expr): boolean {
	switch (expr.kind) {
		case 'number':
			return true;
		case 'name':
			return /^[A-Z_][A-Z0-9_]*$|^(?:true|false)$/.test(expr.name);
		case 'unary':
			return (expr.op === '-' || expr.op === '~') && isConstant(expr.operand);
		case 'cast':
			return isConstant(expr.operand);
		case 'binary':
			return isConstant(expr.left) && isConstant(expr.right);
		default:
			return false;
	}
}

/** `a = a + b` is `a += b`, where reading `a` again does nothing else. */
export function assigned(range: Range, op: string, left: Expr, right: Expr): Expr {
	const { start, end } = range;
	const name = op === '=' && right.kind === 'binary' && COMPOUND.test(right.op) ? placeText(left) : undefined;
	if (name !== undefined && right.kind === 'binary') {
		const added = { start, end, kind: 'assign', op: `${right.op}=`, left } as const;
		if (placeText(right.left) === name) return { ...added, right: right.right };
		if (COMMUTATIVE.has(right.op) && placeText(right.right) === name) return { ...added, right: right.left };
	}
	return { start, end, kind: 'assign', op, left, right };
}

/** `i`, `n - 1`, `dev->nr + 2` */
function indexText(expr: Expr): string | undefined {
	if (expr.kind === 'number') return String(expr.value);
	if (expr.kind !== 'binary') return placeText(expr);
	const [left, right] = [indexText(expr.left), indexText(expr.right)];
	return left && right && `(${left} ${expr.op} ${right})`;
}

/** A variable, a field or an element of one, as text; undefined for anything else. */
function placeText(expr: Expr): string | undefined {
	if (expr.kind === 'name') return expr.name;
	if (expr.kind !== 'field' && expr.kind !== 'index') return undefined;
	const object = placeText(expr.object);
	if (object === undefined) return undefined;
	if (expr.kind === 'field') return `${object}${expr.arrow ? '->' : '.'}${expr.field}`;
	const index = indexText(expr.index);
	return index && `${object}[${index}]`;
}
