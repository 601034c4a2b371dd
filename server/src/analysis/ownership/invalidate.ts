import type { CallExpr, Expr } from '../../syntax/ir.js';
import { filtered, forget, type PathConditions, wordOf } from '../path-conditions.js';
import { bare, isVariable, parts, rootOf } from '../walk.js';
import { gather } from './entries.js';
import { dropLists } from './page-lists.js';
import { placeOf, within } from './page-operands.js';
import { forgetReleases } from './repeated.js';
import { implied, type OwnershipState, type TrackedResource, UNKNOWN, ZERO } from './state.js';

/** What was said in terms of this place holds no more. */
export function invalidateMentions(state: OwnershipState, name: string): void {
	forgetReleases(state, name);
	state.facts = withoutMention(state.facts, name);
	state.staleFacts = withoutMention(state.staleFacts, name);
	const root = rootOf(name);
	const speaks = (text: string | undefined): boolean =>
		text !== undefined && (text === name || ((isVariable(name) || name === `${root}[]`) && wordOf(root).test(text)));
	for (const holding of state.holdings.values()) {
		if (speaks(holding.asked)) state.update(holding.id, { asked: undefined });
		if (speaks(holding.goal)) state.update(holding.id, { goal: undefined });
	}
	for (const [key, value] of state.values) {
		const { copyOf, pagesOf, sumOf } = value;
		if (sumOf?.some((part) => speaks(part))) state.values.set(key, { ...value, sumOf: undefined });
		if (pagesOf !== undefined && wordOf(root).test(pagesOf))
			state.values.set(key, { ...(state.values.get(key) ?? value), pagesOf: undefined });
		if (copyOf !== undefined && (copyOf === name || (isVariable(name) && rootOf(copyOf) === name)))
			state.values.set(key, { ...(state.values.get(key) ?? value), copyOf: undefined });
	}
}

/** A variable gets another value. */
export function invalidateVariable(state: OwnershipState, name: string): void {
	invalidateMentions(state, name);
	for (const key of state.values.keys()) if (within(key, name)) state.values.delete(key);
	state.aliases.delete(name);
	for (const holding of state.holdings.values()) if (rootOf(holding.place) === name) gather(state, holding);
	dropLists(state, name);
	for (const [local, alias] of state.aliases) if (rootOf(alias.place) === name) state.aliases.delete(local);
	for (const holding of state.holdings.values()) {
		if (rootOf(holding.place) === name) state.holdings.delete(holding.id);
		else if (holding.position && rootOf(holding.position.of) === name)
			state.update(holding.id, { position: undefined });
	}
}

/** The place may have any value. */
function becomeUnknown(state: OwnershipState, key: string): void {
	if (implied(state, key) === UNKNOWN) state.values.delete(key);
	else state.values.set(key, UNKNOWN);
}

/** What a callee may change through the pointers it gets. */
export function havocThroughPointers(state: OwnershipState, call: CallExpr, fields: boolean): void {
	for (const arg of call.args) {
		const at = bare(arg);
		if (at.kind === 'unary' && at.op === '&') {
			const name = placeOf(state, at.operand);
			if (name === undefined || !(fields || /copy_from|get_user|swap|(?:set|clear|change|assign)_bit/.test(call.name)))
				continue;
			invalidateMentions(state, name);
			for (const key of state.values.keys()) if (within(key, name) && key !== name) state.values.delete(key);
			becomeUnknown(state, name);
			for (const h of state.holdings.values())
				if (h.place === name && (h.single || isVariable(name)) && !h.unreachable) state.holdings.delete(h.id);
		} else if (fields) {
			const name = placeOf(state, at);
			if (name === undefined) continue;
			const held = [...state.facts].filter(([fact]) => fact.includes(`${name}->`));
			for (const [key, { signs }] of state.values) {
				if (key === name || !within(key, name)) continue;
				if (signs === ZERO || !(signs & ZERO)) held.push([key, signs !== ZERO]);
				becomeUnknown(state, key);
			}
			if (held.length === 0) continue;
			state.facts = new Map([...state.facts].filter(([fact]) => !fact.includes(`${name}->`)));
			state.staleFacts = new Map([...state.staleFacts, ...held]);
		}
	}
}

/** Holdings whose number an expression reads. */
export function mentioned(state: OwnershipState, expr: Expr): string[] {
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

export function sameIndex(state: OwnershipState, a: string, b: string): boolean {
	const canonical = (name: string): string => state.values.get(name)?.copyOf ?? name;
	return canonical(a) === canonical(b);
}

/** Resources whose pages a place has, itself or as a container that names them as well. */
export function holdingsAt({ holdings }: OwnershipState, name: string | undefined): TrackedResource[] {
	return name === undefined ? [] : [...holdings.values()].filter((h) => h.place === name || h.lists.has(name));
}

export function isField(name: string): boolean {
	return name.includes('->') || name.includes('.');
}

function withoutMention(facts: PathConditions, name: string): PathConditions {
	return isVariable(name) ? forget(facts, name) : filtered(facts, (fact) => !fact.includes(name));
}
