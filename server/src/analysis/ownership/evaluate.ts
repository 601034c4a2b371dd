/** What expressions are worth on a path, and what a test says of them. */

import { errnoOf } from '../../kernel/errno.js';
import { ADDRESSES, ALLOCATORS, VIEWS, ZEROING } from '../../kernel/function-models.js';
import { FLIPPED, NEGATED } from '../../syntax/canonical.js';
import type { Expr, Range } from '../../syntax/ir.js';
import { unwrap } from '../../syntax/lower.js';
import { canonicalText, contradict, factOf, wordOf } from '../path-conditions.js';
import { relations } from '../results.js';
import { bare, parts } from '../walk.js';
import { bytesOf, makesBytes, makesPages } from './byte-counts.js';
import { holdingsAt, mentioned, sameIndex } from './invalidate.js';
import { isOne, pageOperandOf, placeOf } from './page-operands.js';
import { deniesExtraction, refineExtractions } from './refine-extraction.js';
import {
	ANY,
	amongst,
	constantsOf,
	expressionKey,
	implied,
	NEG,
	number,
	type OwnershipState,
	POS,
	signOf,
	type TrackedResource,
	UNKNOWN,
	type Value,
	ZERO,
} from './state.js';

const TRUTH = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);

function negated(signs: number): number {
	return (signs & ZERO) | (signs & NEG ? POS : 0) | (signs & POS ? NEG : 0);
}

function added(a: number, b: number): number {
	if (a === ZERO) return b;
	if (b === ZERO) return a;
	const all = a | b;
	if (!(all & NEG)) return a === POS || b === POS ? POS : all;
	return all & POS ? ANY : all;
}

/** Key under which the value of an expression is kept: its place, or the call itself. */
function subject(state: OwnershipState, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'assign') return subject(state, at.left);
	if (at.kind === 'call' || isSubject(at)) return expressionKey(at);
	const place = placeOf(state, at);
	return place === undefined || isOne(at, place) ? place : undefined;
}

/** The value of a call in the head of a switch. */
function isSubject(expr: Expr): boolean {
	return expr.kind === 'other' && expr.items.length === 0;
}

function binary(state: OwnershipState, op: string, left: Expr, right: Expr): Value {
	if (TRUTH.has(op)) return { signs: ZERO | POS };
	const a = evaluate(state, left);
	const b = evaluate(state, right);
	const result = a.result ?? b.result;
	const carries = op === '+' || op === '-' || op === '|' || op === '<<' ? (a.carries ?? b.carries) : a.carries;
	if (op === '&' && (a.constant === 0 || b.constant === 0)) return number(0);
	const bytes = a.result !== undefined && a.form === 'whole';
	const unoffset = bytes && makesPages(op, right);
	const whole = (a.result === undefined ? b : a).form === 'whole';
	const form =
		result === undefined ? undefined : unoffset ? 'unoffset' : whole && makesBytes(op, left, right) ? 'bytes' : 'sum';
	const constants = a.constant !== undefined && b.constant !== undefined;
	const signs =
		op === '+'
			? added(a.signs, b.signs)
			: op === '-'
				? added(a.signs, negated(b.signs))
				: op === '<<' || op === '*'
					? b.signs & NEG
						? ANY
						: a.signs
					: a.signs & NEG
						? ANY
						: ZERO | POS;
	if (op === '&' && (a.constant === 0 || b.constant === 0)) return number(0);
	const constant = constants && op === '+' ? (a.constant ?? 0) + (b.constant ?? 0) : undefined;
	const pagesOf = makesPages(op, right) ? canonicalText(left) : undefined;
	const [one, other] = op === '+' ? [placeOf(state, left), placeOf(state, right)] : [];
	return {
		signs,
		constant,
		result,
		form,
		pagesOf,
		sumOf: one !== undefined && other !== undefined ? [one, other] : undefined,
		carries,
		frame: carries === undefined ? undefined : a.frame || b.frame,
	};
}

function call(state: OwnershipState, expr: Expr & { kind: 'call' }): Value {
	const known = state.values.get(expressionKey(expr));
	if (known) return known;
	const first = expr.args[0];
	// an errno that came from a function which is not known is none above 0
	if (expr.name === 'ERR_PTR' && first) {
		const { signs } = evaluate(state, first);
		return { signs: signs & NEG ? signs & ~POS : signs };
	}
	if (/^(?:PTR_ERR|ERR_CAST|PTR_ERR_OR_ZERO)$/.test(expr.name) && first) return evaluate(state, first);
	if (expr.name === 'xa_err' && first) {
		const { signs } = evaluate(state, first);
		return { signs: (signs & NEG) | (signs & (ZERO | POS) ? ZERO : 0) };
	}
	if (/^(?:IS_ERR|xa_is_err)/.test(expr.name)) return { signs: ZERO | POS };
	if (/^(?:DIV_ROUND_UP(?:_ULL)?|PFN_UP)$/.test(expr.name) && first) {
		const { result } = evaluate(state, first);
		return { signs: ANY, result, form: result === undefined ? undefined : 'sum', pagesOf: bytesOf(expr) };
	}
	if (ALLOCATORS.test(expr.name))
		return {
			signs: ZERO | POS,
			fresh: ZEROING.test(expr.name) || expr.args.some(namesZero) ? 'zeroed' : 'raw',
		};
	if (ADDRESSES.has(expr.name) && first) {
		const carried = derivedFrom(state, first);
		const isName = VIEWS.has(expr.name) || /pfn/.test(expr.name);
		if (carried) return { signs: ANY, carries: carried, frame: isName || evaluate(state, first).frame };
	}
	return UNKNOWN;
}

/** `GFP_KERNEL | __GFP_ZERO` */
function namesZero(expr: Expr): boolean {
	const at = bare(expr);
	return at.kind === 'name' ? at.name === '__GFP_ZERO' : at.kind === 'binary' && parts(at).some(namesZero);
}

/** Stands before the name of a parameter where the id of a holding is expected. */
export const GIVEN = 'given ';

/** The holding whose pages an expression denotes, or the parameter. */
export function derivedFrom(state: OwnershipState, expr: Expr): string | undefined {
	const at = bare(expr);
	const target = at.kind === 'unary' && (at.op === '*' || at.op === '&') ? bare(at.operand) : at;
	const place = placeOf(state, target);
	if (place !== undefined) {
		for (const h of state.holdings.values())
			if (
				h.place === place ||
				`${h.place}[]` === place ||
				h.place === `${place}[]` ||
				(place.endsWith('[]') && h.lists.has(place.slice(0, -2)))
			)
				return h.id;
		const array = place.replace(/\[\]$/, '');
		if (state.pageParameters.has(array) || state.pageParameters.get(array.replace(/\[\]$/, '')) === 3)
			return GIVEN + array;
	}
	return evaluate(state, expr).carries;
}

/** What is known of an expression that has been evaluated. */
export function evaluate(state: OwnershipState, expr: Expr): Value {
	const at = unwrap(expr);
	switch (at.kind) {
		case 'number':
			return at.value === undefined ? UNKNOWN : number(at.value);
		case 'string':
			return { signs: POS };
		case 'cast':
			return evaluate(state, at.operand);
		case 'comma':
			return at.items.length ? evaluate(state, at.items.at(-1) as Expr) : UNKNOWN;
		case 'assign':
			return evaluate(state, at.left);
		case 'call':
			return call(state, at);
		case 'other':
			return (isSubject(at) && state.values.get(expressionKey(at))) || UNKNOWN;
		case 'conditional':
			return state.values.get(expressionKey(at)) ?? UNKNOWN;
		case 'binary':
			return binary(state, at.op, at.left, at.right);
		case 'unary': {
			if (at.op === '&') return { signs: POS };
			if (at.op === '!') return { signs: ZERO | POS };
			if (at.op === '++' || at.op === '--')
				return state.values.get(expressionKey(at)) ?? amongst(evaluate(state, at.operand), undefined);
			if (at.op !== '-') break;
			const operand = bare(at.operand);
			if (operand.kind === 'name' && /^[A-Z][A-Z0-9_]*$/.test(operand.name)) {
				const errno = errnoOf(operand.name);
				return errno === undefined ? { signs: NEG } : number(-errno);
			}
			const value = evaluate(state, operand);
			return value.constant === undefined ? { signs: negated(value.signs) } : number(-value.constant);
		}
		case 'name':
			if (at.name === 'NULL' || at.name === 'false') return number(0);
			if (at.name === 'true') return number(1);
			if (/^E[A-Z0-9]+$/.test(at.name)) {
				const errno = errnoOf(at.name);
				return errno === undefined ? { signs: POS } : number(errno);
			}
	}
	const place = placeOf(state, at);
	return place === undefined ? UNKNOWN : valueAt(state, place);
}

/** What is known of a place. */
export function valueAt(state: OwnershipState, place: string): Value {
	return state.values.get(place) ?? implied(state, place);
}

/** Nothing was taken by this call after all: what an earlier pass took is still there. */
function failed(holding: TrackedResource): Partial<TrackedResource> {
	if (!holding.earlier) return { outcome: 'none' };
	const position = holding.position && { of: holding.position.of, side: 'below' as const };
	return { outcome: 'some', earlier: false, position, countInspected: holding.countInspected || 'failed' };
}

/** The result of a taking call has only these signs: what that means for the pages. */
function learn(state: OwnershipState, id: string, signs: number, at: Range): void {
	const holding = state.holdings.get(id);
	if (!holding || holding.outcome === 'none') return;
	const { meaning } = holding.acquire.api.record;
	const none = !(signs & (meaning === 'bool' ? NEG | POS : POS));
	const fine = meaning === 'bool' || meaning === 'page-or-null' ? signs === POS : !(signs & NEG);
	if (none) {
		state.update(id, failed(holding));
		state.note(at, { kind: 'none' }, id);
		// the number says nothing of the pages that earlier passes took
		if (holding.earlier)
			for (const [place, value] of state.values)
				if (value.result === id && value.form === 'whole')
					state.values.set(place, { ...value, result: undefined, form: undefined });
	} else if (fine && holding.outcome === 'untested') {
		const whole = meaning === 'bool' || /^page-/.test(meaning) || (holding.askedConstant === 1 && signs === POS);
		state.update(id, { outcome: whole ? 'all' : 'some' });
	}
}

/** Functions that answer the same until somebody changes something. */
const QUESTIONS = /(?:^|_)(?:is|has|can|should|needs?|wants?|uses?|supports|pinned|user)(?:_|$)/;

/** `if (example_is_user(req))` */
function question(at: Expr): string | undefined {
	if (at.kind !== 'call' || !QUESTIONS.test(at.name)) return undefined;
	const args = at.args.map(canonicalText);
	return args.includes(undefined) ? undefined : `${at.name}(${args.join()})`;
}

/** Restrict a value to some signs. @returns false when none is left */
export function refineSigns(state: OwnershipState, key: string, signs: number, at: Range): boolean {
	const old = valueAt(state, key);
	const left = old.signs & signs;
	if (left === 0) return false;
	const numbers = left === ZERO ? [0] : constantsOf(old)?.filter((number) => signOf(number) & left);
	if (numbers?.length === 0) return false;
	state.values.set(key, amongst({ ...old, signs: left }, numbers));
	// what is computed with the number says how many are left to release
	if (old.result !== undefined && (old.form === 'sum' || old.form === 'bytes') && !(left & POS))
		doubt(state, old.result);
	if (old.result !== undefined && old.form === 'whole') {
		for (const [place, value] of state.values) {
			if (value.result !== old.result || value.form !== 'whole' || place === key) continue;
			if ((value.signs & signs) === 0) return false;
			state.values.set(place, { ...value, signs: value.signs & signs });
		}
		learn(state, old.result, left, at);
	}
	for (const holding of state.holdings.values()) {
		// they lie below the index: at 0 there are none
		if (left === ZERO && holding.position?.of === key && holding.position.side === 'below') doubt(state, holding.id);
		// without an array there are no pages, whatever the call returned
		if (left === ZERO && !holding.single && holding.place === key) doubt(state, holding.id);
		if (holding.single && holding.place === key && (left === ZERO || answersByPage(holding)))
			learn(state, holding.id, left, at);
	}
	return true;
}

/** Something that is not followed may have released these pages, or there are none left. */
function doubt(state: OwnershipState, id: string): void {
	const holding = state.holdings.get(id);
	if (holding?.status === 'held') state.update(id, { status: 'partlyReleased' });
}

/** The page itself tells whether it was taken: it is what the call returns, or the result was not looked at. */
function answersByPage({ acquire: taking, outcome }: TrackedResource): boolean {
	return /^page-/.test(taking.api.record.meaning) || outcome === 'untested';
}

/** Signs left of `x` where `x OP value` holds. */
function signsWhere(op: string, { signs, constant }: Value): number {
	switch (op) {
		case '==':
			return signs;
		case '!=':
			return constant === 0 ? NEG | POS : ANY;
		case '<':
			return constant === 1 || signs === ZERO ? (signs === ZERO ? NEG : NEG | ZERO) : signs === NEG ? NEG : ANY;
		case '<=':
			return signs & POS ? ANY : signs & ZERO ? NEG | ZERO : NEG;
		case '>':
			return constant === -1 ? ZERO | POS : signs & NEG ? ANY : POS;
		case '>=':
			return signs & NEG ? ANY : signs & ZERO ? ZERO | POS : POS;
		default:
			return ANY;
	}
}

function isAsked(state: OwnershipState, holding: TrackedResource, other: Expr): boolean {
	const value = evaluate(state, other);
	const { meaning } = holding.acquire.api.record;
	if (meaning !== 'bytes' && value.constant !== undefined && value.constant === holding.askedConstant) return true;
	if (holding.goal === undefined) return false;
	const name = placeOf(state, other);
	if (canonicalText(other) === holding.goal || value.copyOf === holding.goal) return true;
	return name !== undefined && sameIndex(state, name, holding.goal);
}

/** Of the numbers `x` may be, those for which `x OP other` holds. @returns false when there are none */
function compareNumbers(state: OwnershipState, key: string, op: string, other: Expr): boolean {
	const value = state.values.get(key);
	const numbers = value && constantsOf(value);
	const { constant } = evaluate(state, other);
	if (!value || !numbers || constant === undefined || (op !== '==' && op !== '!=')) return true;
	const left = numbers.filter((number) => (number === constant) === (op === '=='));
	if (left.length === 0) return false;
	state.values.set(key, amongst(value, left));
	return true;
}

/** No call returns more than it was asked for, in pages or in bytes. */
function isLimit({ acquire: taking, call }: TrackedResource, other: Expr): boolean {
	const limit = taking.arg(taking.api.record.meaning === 'bytes' ? 'maxsize' : 'count');
	return limit !== undefined && call === taking.call && canonicalText(limit) === canonicalText(other);
}

/** What `x OP other` says when x is the result of a taking call and `other` the number asked for. */
function compareWithAsked(state: OwnershipState, key: string, op: string, other: Expr, at: Range): boolean {
	const value = state.values.get(key);
	const holding = value?.result !== undefined && value.form === 'whole' ? state.holdings.get(value.result) : undefined;
	if (holding && op === '>' && isLimit(holding, other)) return false;
	if (!holding || !isAsked(state, holding, other)) return true;
	if (op === '==' || op === '>=') {
		if (!refineSigns(state, key, POS, at)) return false;
		state.update(holding.id, { outcome: 'all' });
	} else if (op === '!=' || op === '<') {
		if (holding.outcome === 'all') return false;
		const { meaning, allOrNone } = holding.acquire.api.record;
		if ((holding.askedConstant === 1 || allOrNone) && meaning !== 'bytes')
			return refineSigns(state, key, NEG | ZERO, at);
		if (holding.outcome !== 'none') state.update(holding.id, { outcome: 'partial' });
		state.note(at, { kind: 'partial' }, holding.id);
	}
	return true;
}

/** What `got * PAGE_SIZE OP len` says when the pages asked for are those of so many bytes. */
function compareBytes(state: OwnershipState, mine: Expr, op: string, other: Expr, at: Range): void {
	const { result, form } = evaluate(state, mine);
	const holding = result === undefined || form !== 'bytes' ? undefined : state.holdings.get(result);
	const asked = holding && holding.call === holding.acquire.call ? holding.acquire.arg('count') : undefined;
	const text = canonicalText(other);
	if (!holding || !asked || text === undefined || holding.outcome === 'none') return;
	const bytes = evaluate(state, asked).pagesOf;
	if (bytes === undefined || (bytes !== text && !(op === '<' && wordOf(text).test(bytes)))) return;
	if (op === '==' || op === '>=') state.update(holding.id, { outcome: 'all' });
	else if (op === '!=' || op === '<') {
		state.update(holding.id, { outcome: 'partial' });
		state.note(at, { kind: 'partial' }, holding.id);
	}
}

/** Of two pages asked for neither two nor one were obtained. */
function isOneOfTwo(state: OwnershipState, key: string, op: string, other: Expr, at: Range): boolean {
	const { result, form } = state.values.get(key) ?? UNKNOWN;
	const holding = result === undefined || form !== 'whole' ? undefined : state.holdings.get(result);
	if (op !== '!=' || holding?.outcome !== 'partial' || holding.askedConstant !== 2) return true;
	return evaluate(state, other).constant !== 1 || refineSigns(state, key, NEG | ZERO, at);
}

/**
 * Take a test for true or false.
 * @returns false when the path cannot be taken
 */
export function refine(state: OwnershipState, test: Expr, truth: boolean): boolean {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') return refine(state, at.operand, !truth);
	if (at.kind === 'binary' && (at.op === '&&' || at.op === '||')) {
		if ((at.op === '&&') !== truth) return true;
		return refine(state, at.left, truth) && refine(state, at.right, truth);
	}
	const fact = factOf(at, truth);
	if (fact) {
		if (contradict(state.facts, new Map([fact])) || deniesExtraction(state, fact)) return false;
		if (state.staleFacts.get(fact[0]) === !fact[1]) state.possiblyInfeasible = true;
		state.facts = new Map(state.facts).set(fact[0], fact[1]);
		refineExtractions(state);
	}
	const asked = question(at);
	if (asked !== undefined && !fact) {
		if (state.staleFacts.get(asked) === !truth) state.possiblyInfeasible = true;
		state.staleFacts = new Map(state.staleFacts).set(asked, truth);
	}
	if (at.kind === 'call' && /^(?:IS_ERR|xa_is_err)/.test(at.name) && at.args[0]) {
		const key = subject(state, at.args[0]);
		const bad = at.name === 'IS_ERR_OR_NULL' ? NEG | ZERO : NEG;
		return key === undefined || refineSigns(state, key, truth ? bad : ANY & ~bad, at);
	}
	if (at.kind === 'binary' && FLIPPED[at.op]) {
		const asTaken = truth ? at.op : (NEGATED[at.op] as string);
		compareBytes(state, at.left, asTaken, at.right, at);
		compareBytes(state, at.right, FLIPPED[asTaken] as string, at.left, at);
		for (const { op, other } of relations(at, truth)) {
			const mine = other === at.left ? at.right : at.left;
			const key = subject(state, mine);
			if (key === undefined) continue;
			if (
				!refineSigns(state, key, signsWhere(op, evaluate(state, other)), at) ||
				!compareNumbers(state, key, op, other)
			)
				return false;
			if (!compareWithAsked(state, key, op, other, at)) return false;
			if (!isOneOfTwo(state, key, op, other, at)) return false;
			const { result } = state.values.get(key) ?? UNKNOWN;
			if (result !== undefined && evaluate(state, other).constant === undefined && !isErrno(other))
				state.update(result, { countInspected: true });
		}
		for (const side of [at.left, at.right]) {
			if (subject(state, side) === undefined)
				for (const id of mentioned(state, side)) state.update(id, { countInspected: true });
			const rest = isRest(state, side);
			if (rest !== undefined) doubt(state, rest);
		}
		return relationOfCalls(state, at, truth);
	}
	const spot = pageOperandOf(state, at);
	if (spot?.shape === 'element')
		for (const h of state.holdings.values()) if (h.place === spot.place) state.update(h.id, { countInspected: true });
	const key = subject(state, at);
	const signs = truth ? NEG | POS : ZERO;
	if (key !== undefined) return refineSigns(state, key, signs, at);
	if (!truth) {
		emptyElement(state, at);
		const rest = isRest(state, at);
		if (rest !== undefined) doubt(state, rest);
	}
	return (evaluate(state, at).signs & signs) !== 0;
}

/** `if (!pages[i])`: there are no more pages. */
function emptyElement(state: OwnershipState, expr: Expr): void {
	const spot = pageOperandOf(state, expr);
	if (spot?.shape !== 'element') return;
	for (const holding of holdingsAt(state, spot.place)) {
		if (holding.askedConstant === 1 && !holding.earlier && holding.place === spot.place)
			state.update(holding.id, failed(holding));
		else {
			// the entries themselves say how many there are
			state.update(holding.id, { countInspected: true });
			doubt(state, holding.id);
		}
	}
}

/** `npages - done > 0`: the number of what is left to release. */
function isRest(state: OwnershipState, expr: Expr): string | undefined {
	const { result, form } = evaluate(state, expr);
	return /^(?:binary|index)$/.test(bare(expr).kind) && form === 'sum' ? result : undefined;
}

function isErrno(expr: Expr): boolean {
	const at = bare(expr);
	return at.kind === 'unary' && at.op === '-';
}

/** `get_user_pages(...) < 0`, `1 != get_user_pages(...)`: the call stands in the test itself. */
function relationOfCalls(state: OwnershipState, at: Expr & { kind: 'binary' }, truth: boolean): boolean {
	const op = truth ? at.op : NEGATED[at.op];
	if (op === undefined) return true;
	const isCall = (expr: Expr): boolean => expr.kind === 'call' || isSubject(expr);
	const [call, other, way] = isCall(bare(at.left))
		? [bare(at.left), at.right, op]
		: [bare(at.right), at.left, FLIPPED[op] as string];
	if (!isCall(call)) return true;
	const key = expressionKey(call);
	return (
		refineSigns(state, key, signsWhere(way, evaluate(state, other)), at) && compareWithAsked(state, key, way, other, at)
	);
}
