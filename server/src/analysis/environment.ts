/** What is known on one path: conditions that were tested, values of variables, other names of a place. */

import { NEGATED } from '../syntax/canonical.js';
import type { Expr } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';
import { common, factOf, filtered, forget, NO_FACTS, type PathConditions } from './path-conditions.js';
import { bare, isVariable, place, rootOf } from './walk.js';

/** A number, or as much of it as is known. */
export type AbstractValue = number | 'negative' | 'positive' | 'nonzero';

export interface Environment {
	readonly facts: PathConditions;
	/** Place -> value; "@" and an offset for the result of a call in the same expression. */
	readonly values: ReadonlyMap<string, AbstractValue>;
	/** Place -> the place it was assigned from: mm -> current->mm, lock -> &dev->lock. */
	readonly names: ReadonlyMap<string, string>;
}

export const NOTHING: Environment = { facts: NO_FACTS, values: new Map(), names: new Map() };

/** Key for the result of a call that was evaluated just now. */
export function resultKey(call: Expr): string {
	return `@${call.start}`;
}

/** Key for the value of the arm of `?:` that was evaluated. */
export function armKey(choice: Expr): string {
	return `@${choice.start}-${choice.end}`;
}

/** A fact that is no plain condition: only that this test went this way. */
export function opaqueFact(test: Expr): string {
	return `?${test.start}`;
}

function compare(value: AbstractValue, op: string, other: number): boolean | undefined {
	if (typeof value === 'number') {
		switch (op) {
			case '==':
				return value === other;
			case '!=':
				return value !== other;
			case '<':
				return value < other;
			case '<=':
				return value <= other;
			case '>':
				return value > other;
			case '>=':
				return value >= other;
			default:
				return undefined;
		}
	}
	if (op === '==' || op === '!=') {
		const differs = other === 0 || (value === 'negative' && other > 0) || (value === 'positive' && other < 0);
		return differs ? op === '!=' : undefined;
	}
	if (value === 'nonzero') return undefined;
	if (value === 'positive') {
		if (op === '>' || op === '>=') return other <= (op === '>' ? 0 : 1) ? true : undefined;
		return (op === '<' && other <= 1) || (op === '<=' && other <= 0) ? false : undefined;
	}
	if (op === '<') return other >= 0 ? true : undefined;
	if (op === '<=') return other >= -1 ? true : undefined;
	if (op === '>') return other >= -1 ? false : undefined;
	return op === '>=' && other >= 0 ? false : undefined;
}

function negated(value: AbstractValue): AbstractValue | undefined {
	if (typeof value === 'number') return -value;
	return value === 'positive' ? 'negative' : value === 'nonzero' ? 'nonzero' : undefined;
}

/** Value of an expression, as far as it is known. */
export function valueIn(known: Environment, expr: Expr): AbstractValue | undefined {
	const at = bare(expr);
	switch (at.kind) {
		case 'number':
			return at.value;
		case 'call':
			return known.values.get(resultKey(at));
		case 'assign':
			return at.op === '=' ? valueIn(known, at.left) : undefined;
		case 'unary': {
			if (at.op === '!') {
				const truth = truthOf(known, at.operand);
				return truth === undefined ? undefined : truth ? 0 : 1;
			}
			if (at.op === '-') {
				const inner = bare(at.operand);
				if (inner.kind === 'name' && /^E[A-Z0-9]+$/.test(inner.name)) return 'negative';
				const value = valueIn(known, inner);
				return value === undefined ? undefined : negated(value);
			}
			break;
		}
		case 'binary': {
			const right = valueIn(known, at.right);
			const left = valueIn(known, at.left);
			if (at.op === '&' && (left === 0 || right === 0)) return 0;
			if (at.op === '&&' || at.op === '||') {
				const truth = truthOf(known, at);
				return truth === undefined ? undefined : truth ? 1 : 0;
			}
			const holds = left !== undefined && typeof right === 'number' ? compare(left, at.op, right) : undefined;
			return holds === undefined ? undefined : holds ? 1 : 0;
		}
		case 'conditional': {
			const chosen = known.values.get(armKey(at));
			if (chosen !== undefined) return chosen;
			const truth = truthOf(known, at.test);
			const arm = (expr: Expr | undefined): AbstractValue | undefined => expr && valueIn(known, expr);
			if (truth !== undefined) return truth ? arm(at.whenTrue) : arm(at.whenFalse);
			const [yes, no] = [arm(at.whenTrue), arm(at.whenFalse)];
			return yes === no ? yes : undefined;
		}
		case 'name':
			if (at.name === 'true') return 1;
			if (at.name === 'false' || at.name === 'NULL') return 0;
			break;
		default:
			break;
	}
	const name = place(at);
	return name === undefined ? undefined : known.values.get(resolveAlias(known, name));
}

/** Whether a condition holds; undefined when that is not known. */
export function truthOf(known: Environment, test: Expr): boolean | undefined {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') {
		const truth = truthOf(known, at.operand);
		return truth === undefined ? undefined : !truth;
	}
	if (at.kind === 'binary' && (at.op === '&&' || at.op === '||')) {
		const [left, right] = [truthOf(known, at.left), truthOf(known, at.right)];
		const decides = at.op === '||';
		if (left === decides || right === decides) return decides;
		return left === undefined || right === undefined ? undefined : !decides;
	}
	const value = valueIn(known, at);
	if (value !== undefined) return value !== 0;
	const fact = factOf(at, true);
	const truth = fact && known.facts.get(fact[0]);
	return fact && truth !== undefined ? truth === fact[1] : undefined;
}

/** What a value is where `name OP other` holds. */
function learned(op: string, other: number): AbstractValue | undefined {
	if (op === '==') return other;
	if (op === '!=' && other === 0) return 'nonzero';
	return (op === '<' && other <= 0) || (op === '<=' && other < 0) ? 'negative' : undefined;
}

/** Known where `test` came out as `truth`; undefined when that cannot be. */
export function refine(known: Environment, test: Expr, truth: boolean): Environment | undefined {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') return refine(known, at.operand, !truth);
	const now = truthOf(known, at);
	if (now !== undefined) return now === truth ? known : undefined;
	const fact = factOf(at, truth);
	const facts = new Map(known.facts).set(fact?.[0] ?? opaqueFact(at), fact?.[1] ?? truth);
	let { values, names } = known;
	const learn = (expr: Expr, op: string, other: number): void => {
		const asked = bare(expr);
		const key =
			asked.kind === 'call' ? resultKey(asked) : placeKey(known, asked.kind === 'assign' ? asked.left : asked);
		const value = learned(op, other);
		if (key !== undefined && value !== undefined) values = new Map(values).set(key, value);
	};
	if (at.kind === 'binary' && NEGATED[at.op]) {
		const op = truth ? at.op : (NEGATED[at.op] as string);
		const other = valueIn(known, at.right);
		if (typeof other === 'number') learn(at.left, op, other);
		if (op === '==') names = same(known, at.left, at.right);
	} else learn(at, truth ? '!=' : '==', 0);
	return { facts, values, names };
}

/** `mm == current->mm`: from here on they are two names of one thing. */
function same(known: Environment, left: Expr, right: Expr): Environment['names'] {
	for (const [a, b] of [
		[left, right],
		[right, left],
	] as const) {
		const name = place(a);
		const target = placeKey(known, b);
		if (name && target === 'current->mm' && placeKey(known, a) !== target)
			return new Map(known.names).set(placeKey(known, a) ?? name, target);
	}
	return known.names;
}

function placeKey(known: Environment, expr: Expr): string | undefined {
	const name = place(expr);
	return name === undefined ? undefined : resolveAlias(known, name);
}

/** Deeper chains of other names are not followed. */
const LONGEST_CHAIN = 8;

/** The place under the name it was first known by: mm -> current->mm, dev->lock -> priv->dev->lock. */
export function resolveAlias(known: Environment, name: string): string {
	if (known.names.size === 0) return name;
	let now = name;
	for (let i = 0; i < LONGEST_CHAIN; i++) {
		const prefix = known.names.has(now) ? now : prefixes(now).find((part) => known.names.has(part));
		const target = prefix === undefined ? undefined : known.names.get(prefix);
		if (prefix === undefined || target === undefined) return now;
		const rest = now.slice(prefix.length);
		if (!target.startsWith('&')) now = target + rest;
		else if (rest.startsWith('->')) now = `${target.slice(1)}.${rest.slice(2)}`;
		else if (rest.startsWith('[]')) now = target.slice(1) + rest.slice(2);
		else return rest === '' ? target : now;
	}
	return now;
}

/** Parts of a place that are places themselves, longest first. */
function prefixes(name: string): string[] {
	if (isVariable(name)) return [];
	return [...name.matchAll(/->|\.|\[/g)].map((match) => name.slice(0, match.index)).reverse();
}

/** What a pointer expression points at: "dev->lock" for `&dev->lock`, "lock[]" for `lock`. */
export function pointee(known: Environment, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '&') return placeKey(known, at.operand);
	const name = placeKey(known, at);
	return name?.startsWith('&') ? name.slice(1) : name && `${name}[]`;
}

/** What a value is another name of. */
export function source(known: Environment, expr: Expr): string | undefined {
	const at = bare(expr);
	if (at.kind === 'unary' && at.op === '&') {
		const name = placeKey(known, at.operand);
		return name && `&${name}`;
	}
	if (at.kind === 'call' && at.name === 'get_current') return 'current';
	// the mm it returns is the task's own
	if (at.kind === 'call' && at.name === 'get_task_mm' && at.args[0] && source(known, at.args[0]) === 'current')
		return 'current->mm';
	if (at.kind === 'assign' && at.op === '=') return source(known, at.left);
	return placeKey(known, at);
}

/**
 * Known after `left OP right`.
 * @param isPointer the place holds a pointer, so that it becomes another name of what it is assigned from
 */
export function assigned(
	known: Environment,
	left: Expr,
	op: string,
	right: Expr | undefined,
	isPointer: boolean,
): Environment {
	const name = place(left);
	if (!name) return known;
	const value = right && op === '=' ? valueIn(known, right) : undefined;
	const from = right && op === '=' && isPointer && value === undefined ? source(known, right) : undefined;
	const rest = without(known, name);
	const named = from !== undefined && !from.includes('[') && rootOf(from.replace('&', '')) !== rootOf(name);
	return {
		facts: rest.facts,
		values: value === undefined ? rest.values : new Map(rest.values).set(resolveAlias(rest, name), value),
		names: named ? new Map(rest.names).set(name, from) : rest.names,
	};
}

/** Known without what rests on a place that has just changed. */
export function without(known: Environment, name: string): Environment {
	const root = rootOf(name);
	const variable = root === name;
	const touched = (key: string): boolean =>
		key === name || (key.startsWith(name) && /^(?:->|\.|\[)/.test(key.slice(name.length)));
	const rests = (target: string): boolean => (variable ? rootOf(target.replace('&', '')) === name : touched(target));
	const names = filtered(known.names, (key) => !touched(key) && !rests(known.names.get(key) as string));
	const key = resolveAlias(known, name);
	const values = filtered(known.values, (held) => !touched(held) && held !== key);
	return { facts: forget(known.facts, name), values, names };
}

/** Known without what others may have changed meanwhile: everything but plain local variables. */
export function havocMemory(known: Environment, isLocal: (name: string) => boolean): Environment {
	const keep = (key: string): boolean => key.startsWith('@') || (isVariable(key) && isLocal(key));
	const plain = (fact: string): boolean =>
		fact.startsWith('?') ||
		(!/->|\.|\[|\*/.test(fact) &&
			(fact.match(/[A-Za-z_]\w*/g) ?? []).every((word) => isLocal(word) || isConstant(word)));
	return {
		facts: filtered(known.facts, plain),
		values: filtered(known.values, keep),
		names: filtered(known.names, keep),
	};
}

function isConstant(word: string): boolean {
	return /^[A-Z][A-Z0-9_]*$/.test(word);
}

/** Known without the results of calls of an expression that is over. */
export function withoutResults(known: Environment): Environment {
	for (const key of known.values.keys())
		if (key.startsWith('@')) return { ...known, values: filtered(known.values, (k) => !k.startsWith('@')) };
	return known;
}

function agreed<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
	return a === b ? a : filtered(a, (key) => b.get(key) === a.get(key));
}

/** What both paths know. */
export function joinEnvironments(a: Environment, b: Environment): Environment {
	if (a === b) return a;
	return { facts: common(a.facts, b.facts), values: agreed(a.values, b.values), names: agreed(a.names, b.names) };
}

/** Both know as much, where one came from joining into the other. */
export function equalEnvironments(a: Environment, b: Environment): boolean {
	return a.facts.size === b.facts.size && a.values.size === b.values.size && a.names.size === b.names.size;
}
