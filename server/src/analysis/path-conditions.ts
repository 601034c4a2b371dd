/** What is known of plain conditions on a path: "pin" holds, "dir == READ" does not. */

import { perName } from '../kernel/per-name.js';
import type { Expr } from '../syntax/ir.js';
import { unwrap } from '../syntax/lower.js';

/** Condition as text -> whether it holds. */
export type PathConditions = ReadonlyMap<string, boolean>;

export const NO_FACTS: PathConditions = new Map();

/** Operators whose negation is written with another one. */
const OPPOSITE: Readonly<Record<string, string>> = { '!=': '==', '<': '>=', '>': '<=' };

/** Questions about an array, an iterator, a request, a bit or the configuration whose answer stays while the arguments do. */
const PREDICATES =
	/^(?:ARRAY_SIZE|IS_ENABLED|IS_REACHABLE|IS_BUILTIN|IS_MODULE|test_bit|iov_iter_is_\w+|iter_is_\w+|user_backed_iter|iov_iter_rw|iov_iter_extract_will_pin|op_is_write)$/;

/** The expression as text without blanks or parentheses; undefined when it does more than look at variables. */
export function canonicalText(expr: Expr): string | undefined {
	const at = unwrap(expr);
	switch (at.kind) {
		case 'name':
			return at.name;
		case 'number':
			return String(at.value ?? at.text);
		case 'cast':
			return canonicalText(at.operand);
		case 'call': {
			const args = PREDICATES.test(at.name) ? at.args.map(canonicalText) : [undefined];
			return args.includes(undefined) ? undefined : `${at.name}(${args.join()})`;
		}
		case 'field': {
			const object = canonicalText(at.object);
			return object && `${object}${at.arrow ? '->' : '.'}${at.field}`;
		}
		case 'unary': {
			const operand = at.op === '++' || at.op === '--' ? undefined : canonicalText(at.operand);
			return operand && `${at.op}${operand}`;
		}
		case 'binary': {
			const left = canonicalText(at.left);
			const right = canonicalText(at.right);
			return left && right && `(${left} ${at.op} ${right})`;
		}
		default:
			return undefined;
	}
}

/** A test, brought to a form in which `x != y` and `!(x == y)` are the same fact; undefined when it is no plain one. */
export function factOf(test: Expr, truth: boolean): readonly [fact: string, truth: boolean] | undefined {
	const at = unwrap(test);
	if (at.kind === 'unary' && at.op === '!') return factOf(at.operand, !truth);
	if (at.kind === 'binary') {
		const zero = (side: Expr): boolean => /^(?:0|NULL|false)$/.test(canonicalText(side) ?? '');
		if ((at.op === '==' || at.op === '!=') && zero(at.right)) return factOf(at.left, at.op === '!=' ? truth : !truth);
		const opposite = OPPOSITE[at.op];
		if (opposite) return factOf({ ...at, op: opposite }, !truth);
	}
	const text = canonicalText(at);
	return text === undefined ? undefined : [text, truth];
}

/** Facts without those that speak of a variable which has just changed. */
export function forget(facts: PathConditions, variable: string): PathConditions {
	if (facts.size === 0) return facts;
	const word = wordOf(variable.replace(/\W.*$/, ''));
	return filtered(facts, (fact) => !word.test(fact));
}

/** Entries whose key is kept; the map itself where all are. */
export function filtered<T>(map: ReadonlyMap<string, T>, keep: (key: string) => boolean): ReadonlyMap<string, T> {
	for (const key of map.keys()) if (!keep(key)) return new Map([...map].filter(([key]) => keep(key)));
	return map;
}

/** Matches a name as a word of its own. */
export const wordOf = perName((name) => new RegExp(`(?<!->|\\.)\\b${name}\\b`));

/** What both say. */
export function common(a: PathConditions, b: PathConditions): PathConditions {
	return a === b ? a : filtered(a, (fact) => b.get(fact) === a.get(fact));
}

/** What `a` says beyond `b`. */
export function difference(a: PathConditions, b: PathConditions): PathConditions {
	return new Map([...a].filter(([fact, truth]) => b.get(fact) !== truth));
}

export function contradict(a: PathConditions, b: PathConditions): boolean {
	for (const [fact, truth] of a) if (b.get(fact) === !truth) return true;
	return false;
}
