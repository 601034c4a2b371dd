/** Where the pages of some taking calls may get to, forward along the flows of the files that are seen. */

import { allCalls, callsOf } from '../analysis/callers.js';
import { type Escape, escapeOf } from '../analysis/confined.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { flowIndex } from '../analysis/flow-index.js';
import { macroWords } from '../analysis/macro-words.js';
import { keyOf, type Level, levelOf, levelOfType, locate, type PagePlace } from '../analysis/page-places.js';
import { flowsOf, type Source } from '../analysis/points-to-constraints.js';
import { isParameter, parameterAt, variableType } from '../analysis/variables.js';
import { bare, everywhere, isNull, postorder, roots } from '../analysis/walk.js';
import type { CType, Expr, FunctionIR } from '../syntax/ir.js';
import { isKnownCall } from './other-holders.js';

/** More places than this are not gone through. */
const MOST_PLACES = 100;

/** What is at a place of a release is none of the pages, as far as the places that they may come to are `reached`. */
export function isOutOfReach(
	file: FileContext,
	reached: ReadonlySet<string>,
	place: PagePlace,
	seen: Set<string> = new Set(),
): boolean {
	const key = keyOf(place);
	if (reached.has(key)) return false;
	if (seen.has(key)) return true;
	seen.add(key);
	const { root } = place;
	if (root.kind === 'global') return false;
	// what comes back from an address or a number may be one of them
	const isOut = (from: Source): boolean =>
		from.kind === 'place' ? isOutOfReach(file, reached, from.place, seen) : !/^(?:returned|unseen)$/.test(from.kind);
	const own = flowIndex(file)
		.at(place)
		.filter(({ into }) => keyOf(into) === key);
	if (root.kind === 'record') return own.every(({ from }) => isOut(from));
	const position = parameterAt(root.fn, root.name);
	if (own.length === 0 && position < 0) return false;
	// whoever else calls it has none of the pages
	const sites = position < 0 ? [] : callsOf(file, root.fn.name);
	return (
		own.every(({ from }) => isOut(from)) &&
		sites.every(({ fn, call }) => {
			const arg = call.args[position];
			const at = arg && locate(arg, fn, file.ir);
			return at !== undefined && isOutOfReach(file, reached, at, seen);
		})
	);
}

/**
 * Keys of the places that pages of the calls may come to.
 * @returns undefined where they come into a scatterlist, a bio or memory without a type, by which they may get anywhere
 */
export function confinedTo(file: FileContext, takings: ReadonlyMap<number, ApiCall>): ReadonlySet<string> | undefined {
	const places = placesOf(file, takings, (place) => isTyped(file, place));
	return places && new Set(places.map(keyOf));
}

/** Fields that pages of the calls may come to, as far as they are followed. */
export function fieldsReached(
	file: FileContext,
	takings: ReadonlyMap<number, ApiCall>,
): readonly { readonly record: string; readonly field: string }[] {
	return (placesOf(file, takings, () => true) ?? []).flatMap(({ root, path }) => {
		const [field] = path;
		return root.kind === 'record' && field !== undefined && path.length === 1 ? [{ record: root.name, field }] : [];
	});
}

/** Functions that other files may call and that return the pages, or store them where a caller wants them; none that take. */
export function functionsLeaving(file: FileContext, takings: ReadonlyMap<number, ApiCall>): readonly FunctionIR[] {
	const found = new Set<FunctionIR>();
	const takers = new Set([...takings.values()].map(({ fn }) => fn?.name));
	const add = (fn: FunctionIR): void => {
		if (!fn.isStatic && file.unit.isOwn(fn) && !takers.has(fn.name)) found.add(fn);
	};
	const places = placesOf(file, takings, () => true) ?? [];
	const keys = new Set(places.map(keyOf));
	for (const { root, path } of places) {
		if (root.kind === 'variable') {
			const type = variableType(root.fn, root.name);
			const isOut = isParameter(root.fn, root.name) && type !== undefined && levelOfType(type) === 'array';
			if (isOut && flowsOf(file, root.fn).flows.some(({ into }) => keyOf(into) === keyOf({ root, path }))) add(root.fn);
		}
		for (const fn of root.kind === 'variable' ? [root.fn] : file.ir.naming(path.at(-1) ?? root.name))
			for (const { steps } of fn.blocks)
				for (const step of steps) {
					const value = step.kind === 'return' && step.value ? step.value : undefined;
					const at = value && isPage(levelOf(bare(value), fn, file.ir)) ? locate(value, fn, file.ir) : undefined;
					if (at && keys.has(keyOf(at))) add(fn);
				}
	}
	return [...found];
}

/** @returns undefined where there are too many, or one that may not be gone through */
function placesOf(
	file: FileContext,
	takings: ReadonlyMap<number, ApiCall>,
	mayFollow: (place: PagePlace) => boolean,
): readonly PagePlace[] | undefined {
	const reached = new Set<string>();
	const places: PagePlace[] = [];
	const add = (place: PagePlace): void => {
		const key = keyOf(place);
		if (reached.has(key)) return;
		reached.add(key);
		places.push(place);
	};
	for (const { fn } of takings.values())
		for (const { into, from } of fn ? flowsOf(file, fn).flows : [])
			if (from.kind === 'take' && takings.has(from.call.call.start)) add(into);
	for (const place of places) {
		if (places.length > MOST_PLACES || !mayFollow(place)) return undefined;
		for (const next of nextTo(file, place)) add(next);
	}
	return places;
}

function nextTo(file: FileContext, place: PagePlace): PagePlace[] {
	const { root, path } = place;
	const key = keyOf(place);
	const found: PagePlace[] = [];
	for (const fn of root.kind === 'variable' ? [root.fn] : file.ir.naming(path.at(-1) ?? root.name)) {
		for (const { into, from, how } of flowsOf(file, fn).flows) {
			if (from.kind !== 'place') continue;
			// an argument and its parameter, two names of an array: what is in one is in the other
			if (keyOf(from.place) === key) found.push(into);
			if (how !== 'copy' && keyOf(into) === key) found.push(from.place);
		}
		found.push(...handedOn(file, fn, key));
	}
	return found;
}

/** Parameters that get what is at a place as an argument, and places that get it as a result. */
function handedOn(file: FileContext, fn: FunctionIR, key: string): PagePlace[] {
	const found: PagePlace[] = [];
	for (const call of fn.calls) {
		const callee = file.ir.lookup(call.name);
		call.args.forEach((arg, i) => {
			const at = isNull(arg) ? undefined : locate(arg, fn, file.ir);
			const param = callee?.params[i];
			if (!callee || !param || !at || keyOf(at) !== key || levelOf(bare(arg), fn, file.ir) === 'none') return;
			const { start, end, name } = param;
			const inner = locate({ start, end, kind: 'name', name }, callee, file.ir);
			if (inner) found.push(inner);
		});
	}
	for (const { steps } of fn.blocks)
		for (const step of steps) {
			const value = step.kind === 'return' ? step.value : undefined;
			const at = value && locate(value, fn, file.ir);
			if (at && keyOf(at) === key) found.push(...resultsOf(file, fn.name));
		}
	return found;
}

/** Places that the results of a function are stored in. */
function resultsOf(file: FileContext, name: string): PagePlace[] {
	const found: PagePlace[] = [];
	for (const fn of file.ir.callers(name)) {
		for (const { into, from } of flowsOf(file, fn).flows)
			if (from.kind === 'returned' && from.callee === name) found.push(into);
		for (const { steps } of fn.blocks)
			for (const step of steps)
				for (const root of roots(step))
					postorder(root, (expr) => {
						// a result that goes on without a name is not followed
						if (step.kind === 'return' && expr.kind === 'call' && expr.name === name)
							found.push({ root: { kind: 'global', name: `${name}()` }, path: [] });
					});
	}
	return found;
}

/** The calls by which the pages' holders get out of what is seen, where it is nothing else by which they do. */
export function escapesOf(file: FileContext, takings: ReadonlyMap<number, ApiCall>): Escape {
	return [...takings.values()].flatMap(({ fn }) =>
		(fn ? flowsOf(file, fn).flows : []).flatMap(({ into: { root } }) =>
			root.kind === 'record' ? (escapeOf(file, root.name) ?? []) : [],
		),
	);
}

/** The place is pages by its type, where that is seen, and by all that is done with it. */
function isTyped(file: FileContext, place: PagePlace): boolean {
	const { root, path } = place;
	const [field] = path;
	if (root.kind === 'variable' && field === undefined) {
		const type = variableType(root.fn, root.name);
		// an array that callers pass is theirs
		const isCallers = isParameter(root.fn, root.name) && type !== undefined && levelOfType(type) === 'array';
		if (isCallers && !allCalls(file, root.fn)) return false;
		return isPages(type) && staysPages(file, root.fn, place);
	}
	if (root.kind !== 'record' || field === undefined || path.length > 1 || escapeOf(file, root.name)) return false;
	const record = root.name.replace(/^(?:struct|union) /, '');
	const type = file.ir.field(record, field);
	if (hasUnion(file.text, record) || (type && !isPages(type))) return false;
	return !macroWords(file).has(field) && file.ir.naming(field).every((fn) => staysPages(file, fn, place));
}

/** They store what they are given somewhere else. */
const EXCHANGES = /xchg|store|assign|swap|WRITE_ONCE/;

/** They copy what an address leads to. */
const COPIES = /^(?:mem(?:cpy|move)|kmemdup|kvmemdup)$/;

/** Another field may be the same memory. */
function hasUnion(text: string, record: string): boolean {
	const head = new RegExp(`\\b(?:struct|union)\\s+${record}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	return head !== null && /\bunion\b/.test(text.slice(head.index, end < 0 ? undefined : end));
}

function isPages(type: CType | undefined): boolean {
	return type !== undefined && isPage(levelOfType(type));
}

/** The expression names the place. */
const names =
	(file: FileContext, fn: FunctionIR, place: PagePlace) =>
	(expr: Expr): boolean => {
		const at = bare(expr);
		const found = at.kind === 'name' || at.kind === 'field' ? locate(at, fn, file.ir) : undefined;
		return found !== undefined && keyOf(found) === keyOf(place);
	};

/** No page there gets into a place that is not seen: by an exchange, a copy of its bytes, or as a number. */
function staysInSight(file: FileContext, fn: FunctionIR, place: PagePlace): boolean {
	const isIt = names(file, fn, place);
	const isOfIt = (expr: Expr): boolean => {
		const at = bare(expr);
		if (at.kind === 'index') return isIt(at.object);
		if (at.kind === 'unary' && at.op === '*') return isIt(at.operand);
		if (at.kind === 'binary' && /^[|&^]$/.test(at.op)) return isOfIt(at.left) || isOfIt(at.right);
		return false;
	};
	const isSeen = (into: Expr | undefined): boolean =>
		into !== undefined &&
		levelOf(bare(into), fn, file.ir) !== 'none' &&
		(bare(into).kind === 'index' || locate(bare(into), fn, file.ir) !== undefined) &&
		!partsOf(into).some((part) => part.kind === 'call');
	let stays = true;
	everywhere(fn, (expr) => {
		if (expr.kind === 'assign' && isOfIt(expr.right)) stays &&= isSeen(expr.left);
		if (expr.kind !== 'call') return;
		if (EXCHANGES.test(expr.name) && expr.args.some(isOfIt)) stays = false;
		const [into, from] = expr.args;
		if (COPIES.test(expr.name) && from && (isIt(from) || isOfIt(from))) stays &&= isSeen(into);
	});
	return stays;
}

/** Expressions that one is made of. */
function partsOf(expr: Expr): Expr[] {
	const found: Expr[] = [];
	postorder(expr, (part) => void found.push(part));
	return found;
}

/** Pages of the calls get into places that are not seen, whatever becomes of the others. */
export function leavesSight(file: FileContext, takings: ReadonlyMap<number, ApiCall>): boolean {
	return (placesOf(file, takings, () => true) ?? []).some(
		(place) => place.root.kind === 'variable' && !staysInSight(file, place.root.fn, place),
	);
}

/** What is there is neither stored as something else nor passed to a function that is not known. */
function staysPages(file: FileContext, fn: FunctionIR, place: PagePlace): boolean {
	const isIt = names(file, fn, place);
	let stays = fn.hasNoSyntaxErrors && staysInSight(file, fn, place);
	everywhere(fn, (expr) => {
		// where it is stored as pages, or as something unknown, is the next place
		if (expr.kind === 'assign' && isIt(expr.right)) stays &&= levelOf(bare(expr.left), fn, file.ir) !== 'none';
		if (expr.kind === 'list' && expr.items.some(isIt)) stays = false;
		if (expr.kind === 'call' && expr.args.some(isIt))
			stays &&= file.ir.lookup(expr.name) !== undefined || (isKnownCall(file, fn, expr) && !EXCHANGES.test(expr.name));
	});
	for (const { steps } of fn.blocks)
		for (const step of steps)
			if (step.kind === 'declare' && step.init && isIt(step.init)) stays &&= levelOfType(step.variable.type) !== 'none';
	return stays;
}

function isPage(level: Level): boolean {
	return level === 'page' || level === 'array';
}
