import { CURSORS, LIST_READERS } from '../../kernel/page-flow.js';
import type { Expr } from '../../syntax/ir.js';
import { canonicalText, NO_FACTS, type PathConditions } from '../path-conditions.js';
import { isLocal, isParameter, localOf, variableType } from '../variables.js';
import { bare, isNull, place, rootOf } from '../walk.js';
import { acquire, isPageResult } from './acquire.js';
import { escapeByAddress, escapePages } from './escape.js';
import { evaluate, refine, valueAt } from './evaluate.js';
import { keyOn } from './fields.js';
import type { FunctionWalk } from './function-walk.js';
import { ghostName } from './ghost-names.js';
import { holdingsAt, invalidateMentions, invalidateVariable, isField, mentioned } from './invalidate.js';
import { enterArray, enterList, isPageOfList, keepList } from './listing.js';
import { outParameters } from './out-parameters.js';
import { rename } from './page-lists.js';
import { isGivenArray, isOne, pageOperandOf, placeOf, within } from './page-operands.js';
import { fillIn } from './release.js';
import { ANY, amongst, NEG, type OwnershipState, POS, UNKNOWN, type Value, ZERO } from './state.js';
import { overwritePlace } from './transfer-free.js';

export function isPointer(body: FunctionWalk, name: string): boolean {
	const type = variableType(body.fn, name);
	return type !== undefined && type.pointers + (type.array ? 1 : 0) > 0;
}

/** The place lies in memory that only this function knows: a local variable, or an object it has just allocated. */
export function isOwn(body: FunctionWalk, state: OwnershipState, root: string, name: string): boolean {
	const type = localOf(body.fn, root)?.type;
	if (!type || body.shadowed.has(root)) return false;
	const value = state.values.get(root);
	if (value?.published) return false;
	const direct = type.pointers === 0 || type.array;
	return direct
		? !name.slice(root.length).includes('->')
		: /^(?:->|$)/.test(name.slice(root.length)) &&
				value?.fresh !== undefined &&
				!name.slice(root.length + 2).includes('->');
}

/** The place gets another value; variables that were set from it keep what it had. */
function keepFormer(state: OwnershipState, name: string): void {
	const kept = [...state.aliases].filter(([, { address, place }]) => !address && within(place, name));
	if (kept.length === 0) return;
	rename(state, name, ghostName(name));
	for (const [local, { place }] of kept)
		state.aliases.set(local, { place: ghostName(name) + place.slice(name.length), address: false });
}

/** The page another view is of, the list a cursor goes through. */
export function viewed(at: Expr): Expr {
	if (at.kind !== 'call' || !at.args[0]) return at;
	return CURSORS.has(at.name) || /^(?:page_folio|compound_head|folio_page|nth_page)$/.test(at.name)
		? bare(at.args[0])
		: at;
}

/** `x++`, `x += n`: what lay at the index lies below it now. */
export function move(state: OwnershipState, left: Expr, direction: number): void {
	const name = placeOf(state, left);
	if (name === undefined) return;
	const old = valueAt(state, name);
	if (old.result !== undefined) state.update(old.result, { countInspected: true });
	for (const holding of state.holdings.values()) {
		if (holding.place === name && !holding.single) state.update(holding.id, { beforePointer: true });
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
	invalidateMentions(state, name);
	state.values.set(name, {
		...amongst(old, undefined),
		signs: old.signs & NEG ? ANY : direction === POS ? POS : direction === NEG && old.signs === POS ? ZERO | POS : ANY,
		copyOf: undefined,
		form: old.result === undefined ? undefined : 'sum',
	});
}

/** Value of the right side, with the place it is a copy of. */
export function valueToKeep(state: OwnershipState, right: Expr): Value {
	const value = evaluate(state, right);
	const from = bare(right);
	if (from.kind !== 'name' && from.kind !== 'field') return value;
	const source = placeOf(state, from);
	return { ...value, copyOf: value.copyOf ?? source };
}

export function assignVariable(
	body: FunctionWalk,
	state: OwnershipState,
	name: string,
	right: Expr,
	value: Value,
): void {
	const local = variableType(body.fn, name) !== undefined;
	const at = bare(right);
	const address = at.kind === 'unary' && at.op === '&';
	const source = address ? at.operand : viewed(at);
	const target = place(source);
	const isEntry = source.kind === 'call' && LIST_READERS.has(source.name);
	const resolved = target === undefined && !isEntry ? undefined : placeOf(state, source);
	// keeps an outer name of a place that is about to change
	const sameRoot = resolved !== undefined && rootOf(resolved) === name;
	if (resolved === name) return;
	invalidateVariable(state, name);
	if (!local) {
		escapePages(body, state, right, undefined);
		return;
	}
	const pointer = (variableType(body.fn, name)?.pointers ?? 0) > 0;
	const inside = pointer && resolved === undefined ? pageOperandOf(state, at) : undefined;
	if (inside?.shape === 'from' && rootOf(inside.place) !== name && holdingsAt(state, inside.place).length > 0) {
		// an address in the array: whoever walks from there walks over the array
		state.aliases.set(name, { place: inside.place, address: false });
		return;
	}
	// an address that was kept as a number gets its name from the pointer it becomes
	const kept = resolved === undefined || resolved !== rootOf(resolved) || address || isPointer(body, resolved);
	if (pointer && kept && resolved !== undefined && !sameRoot && !body.shadowed.has(name) && isNull(right) === false) {
		state.aliases.set(name, { place: resolved, address });
		return;
	}
	state.values.set(name, value);
}

/** `ctx->page = page`, `ctx->pages = pages`: what was taken waits in the field from here on. */
function keep(body: FunctionWalk, state: OwnershipState, name: string, from: string, { start }: Expr): void {
	for (const { place, outcome, kind, acquire: taking } of state.holdings.values())
		if (place === from && outcome !== 'none')
			body.events.push({
				kind: 'field',
				place: name,
				key: keyOn(body.fn, state, name),
				held: kind,
				call: taking.call,
				takes: true,
				stored: start,
			});
}

/** What lay in the place lies there no more. */
function leavePlace(state: OwnershipState, name: string, left: Expr, isCleared: boolean): void {
	keepFormer(state, name);
	invalidateMentions(state, name);
	overwritePlace(state, name, isCleared, left);
	for (const key of [...state.values.keys()]) if (within(key, name)) state.values.delete(key);
	for (const holding of state.holdings.values())
		if (within(holding.place, name) && holding.status === 'held' && !holding.unreachable)
			state.update(holding.id, { status: 'escaped' });
}

/** An object of the caller takes the only pointer to memory that was allocated here: what happens to it here is seen under both names. */
function isAdopted(body: FunctionWalk, state: OwnershipState, name: string, from: string): boolean {
	const root = rootOf(name);
	const known = isParameter(body.fn, root) || isLocal(body.fn, root);
	const memory = state.values.get(from);
	const type = localOf(body.fn, from)?.type;
	const isPage = type?.pointers === 1 && /^struct (?:page|folio)$/.test(type.base);
	const isTaken = [...state.holdings.values()].some((h) => h.place === from && h.single && h.status === 'held');
	return (
		known &&
		(isField(name) || isGivenArray(state, name)) &&
		!body.shadowed.has(root) &&
		!body.shadowed.has(from) &&
		// a page that was allocated is none that a call took
		(isPage ? isTaken : memory?.fresh !== undefined) &&
		!memory?.published &&
		!state.aliases.has(from)
	);
}

/** `*result = page`: the caller gets the one page that was taken. */
function isGivenOut(body: FunctionWalk, state: OwnershipState, name: string, from: string): boolean {
	return (
		name.endsWith('[]') &&
		outParameters(body.fn).has(name.slice(0, -2)) &&
		!body.shadowed.has(from) &&
		!state.aliases.has(from) &&
		[...state.holdings.values()].some((h) => h.place === from && h.single && h.status === 'held')
	);
}

/** Where another path knows the variable as the only name of its memory, it is not that any more. */
function publish(state: OwnershipState, name: string): void {
	state.values.set(name, { ...(state.values.get(name) ?? UNKNOWN), published: true });
}

export function assignPlace(body: FunctionWalk, state: OwnershipState, left: Expr, right: Expr, value: Value): void {
	const name = placeOf(state, left);
	const root = name === undefined ? undefined : rootOf(name);
	const own = root !== undefined && isOwn(body, state, root, name as string);
	const from = placeOf(state, bare(right));
	if (name !== undefined && isField(name) && from !== undefined) keep(body, state, name, from, left);
	const target = bare(left);
	if (isPageOfList(target) && enterList(body, state, target.object, right)) return;
	if (enterArray(body, state, target, right)) {
		fillIn(body, state, left);
		return;
	}
	if (name !== undefined && from !== undefined && isLocal(body.fn, from) && isGivenOut(body, state, name, from)) {
		leavePlace(state, name, left, false);
		rename(state, from, name);
		state.values.set(name, value);
		state.aliases.set(from, { place: name, address: false });
		return;
	}
	const isPlain =
		name !== undefined &&
		from !== undefined &&
		(!name.includes('[]') || isGivenArray(state, name)) &&
		isLocal(body.fn, from);
	if (isPlain && isPointer(body, from) && (own || isAdopted(body, state, name, from))) {
		// an object takes the pointer: both names are one from here on
		if (!own) {
			leavePlace(state, name, left, false);
			publish(state, from);
		}
		rename(state, from, name);
		if (!own)
			for (const { id, single, place } of state.holdings.values())
				if (single && place === name) state.update(id, { isStored: true });
		state.values.set(name, value);
		if (root !== from) state.aliases.set(from, { place: name, address: false });
		return;
	}
	escapePages(body, state, right, undefined);
	const isWayBack = value.frame || body.around.byAddress;
	if (value.carries !== undefined && isWayBack && !(own && !name?.includes('[]')))
		escapeByAddress(body, state, value.carries, left);
	if (name === undefined) return;
	if (name.endsWith('[]')) {
		fillIn(body, state, left);
		if (isNull(right) !== true) body.mixed.add(name.slice(0, -2));
	}
	leavePlace(state, name, left, isNull(right) === true);
	if (isOne(left, name)) state.values.set(name, value);
	else if (value.result !== undefined) state.values.set(name, { signs: ANY, result: value.result, form: 'sum' });
	for (const holding of state.holdings.values())
		if (holding.position?.of === name) state.update(holding.id, { position: undefined });
}

/** What is added: the number asked for is the number obtained where all were. */
function summand(state: OwnershipState, right: Expr): Value {
	const value = evaluate(state, right);
	const name = placeOf(state, right);
	if (value.result !== undefined || name === undefined) return value;
	const whole = [...state.holdings.values()].find(
		(h) => h.asked === name && h.outcome === 'all' && h.status === 'held',
	);
	return whole ? { signs: POS, result: whole.id, form: 'whole' } : value;
}

/** The first summand of a count that starts at 0 is the count; what goes down by the results is what is left to take. */
function formOfSum(op: string, old: Value | undefined, added: Value): Value['form'] {
	if (op === '+=' && old?.signs === ZERO && added.form === 'whole') return 'whole';
	return op === '-=' && added.result !== undefined && (old?.result === undefined || old.form === 'rest')
		? 'rest'
		: 'sum';
}

export function assign(body: FunctionWalk, state: OwnershipState, left: Expr, op: string, right: Expr): void {
	const at = bare(left);
	for (const id of mentioned(state, right)) state.update(id, { countInspected: true });
	if (op !== '=') {
		const added = op === '+=' || op === '-=' ? summand(state, right) : UNKNOWN;
		const name = placeOf(state, at);
		const old = name === undefined ? undefined : valueAt(state, name);
		const bits = bitFacts(state, at, op);
		move(state, at, op === '+=' ? POS : op === '-=' ? NEG : 0);
		if (name === undefined) return;
		if (op === '|=' || op === '&=') setBits(state, at, op, right, bits);
		const result = added.result ?? old?.result;
		const signs = op === '+=' && old && !((old.signs | added.signs) & NEG) ? ZERO | POS : ANY;
		state.values.set(name, {
			signs: op === '+=' && old?.signs === ZERO ? added.signs : signs,
			result,
			// the first summand of a count that starts at 0 is the count
			form: result === undefined ? undefined : formOfSum(op, old, added),
			fresh: old?.fresh,
			published: old?.published,
		});
		return;
	}
	const inner = bare(right);
	if (inner.kind === 'assign' && inner.op === '=') {
		// `pages = ctx->pages = alloc()`: both are one from here on
		assign(body, state, left, op, inner.left);
		return;
	}
	const value = valueToKeep(state, right);
	const api = body.around.apiCall(inner);
	if (api && isPageResult(api)) {
		const target = placeOf(state, at);
		if (at.kind === 'name') invalidateVariable(state, at.name);
		if (target !== undefined) acquire(body, state, api, { place: target, shape: 'address', index: undefined });
		return;
	}
	// an object that is seen elsewhere keeps the number
	if (value.result !== undefined && at.kind !== 'name') state.update(value.result, { countInspected: true });
	const returned = bare(right).kind === 'call' ? placeOf(state, right) : undefined;
	if (returned?.startsWith('@')) {
		keepReturned(body, state, at, returned, value);
		return;
	}
	if (at.kind === 'name') assignVariable(body, state, at.name, right, value);
	else assignPlace(body, state, at, right, value);
	if (inner.kind === 'call') keepList(state, at, inner);
}

/** What stays true of single bits when others are set (`|=`) or cleared (`&=`). */
function bitFacts(state: OwnershipState, left: Expr, op: string): PathConditions {
	const name = canonicalText(left);
	if (name === undefined || (op !== '|=' && op !== '&=')) return NO_FACTS;
	return new Map([...state.facts].filter(([fact, truth]) => fact.startsWith(`(${name} & `) && truth === (op === '|=')));
}

/** `state |= HAVE_PAGES`, `state &= ~HAVE_PAGES` */
function setBits(state: OwnershipState, left: Expr, op: string, right: Expr, others: PathConditions): void {
	const at = bare(right);
	const bits = op === '|=' ? at : at.kind === 'unary' && at.op === '~' ? bare(at.operand) : undefined;
	const name = canonicalText(left);
	state.facts = new Map([...state.facts, ...others]);
	if (bits?.kind !== 'name' || name === undefined) return;
	state.facts = new Map(state.facts).set(`(${name} & ${bits.name})`, op === '|=');
}

/** `pages = pin_them(...)`: what the call returned has its place here from now on. */
function keepReturned(body: FunctionWalk, state: OwnershipState, left: Expr, returned: string, value: Value): void {
	const target = placeOf(state, left);
	if (left.kind === 'name') invalidateVariable(state, left.name);
	if (target === undefined || target.includes('[]')) return;
	if (left.kind !== 'name') invalidateMentions(state, target);
	rename(state, returned, target);
	state.values.set(target, { ...value, copyOf: undefined });
	const known = left.kind === 'name' && variableType(body.fn, left.name) !== undefined;
	for (const holding of state.holdings.values()) {
		if (!within(holding.place, target)) continue;
		if (left.kind === 'name' && !known) state.update(holding.id, { status: 'escaped' });
		if (isField(holding.place))
			body.events.push({
				kind: 'field',
				place: holding.place,
				key: keyOn(body.fn, state, holding.place),
				held: holding.kind,
				call: holding.acquire.call,
				takes: true,
			});
	}
}

/** `failed = ret < 0`, `pinned = iov_iter_extract_will_pin(iter)` */
export function remembers(state: OwnershipState, right: Expr): boolean {
	const at = bare(right);
	if (at.kind === 'call') return at.name === 'iov_iter_extract_will_pin' || at.name === 'user_backed_iter';
	if (at.kind !== 'binary' || !/^(?:==|!=|<|>|<=|>=)$/.test(at.op)) return false;
	return [at.left, at.right].some((side) => evaluate(state, side).result !== undefined);
}

/** An assignment; a variable that remembers a test is followed for either answer. */
export function assignment(
	body: FunctionWalk,
	state: OwnershipState,
	left: Expr,
	op: string,
	right: Expr,
): OwnershipState[] {
	if (op !== '=' || !remembers(state, right)) {
		assign(body, state, left, op, right);
		return [state];
	}
	return [true, false].flatMap((truth) => {
		const now = state.clone();
		if (!refine(now, right, truth)) return [];
		assign(body, now, left, op, right);
		const name = placeOf(now, left);
		if (name !== undefined) now.values.set(name, truth ? { signs: POS, constant: 1 } : { signs: ZERO, constant: 0 });
		return [now];
	});
}
