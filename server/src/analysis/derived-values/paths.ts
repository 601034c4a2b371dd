/** Names for the places of one function, so that `mapped->pages` is `bitmap->mapped.pages` where mapped is its address. */
import { CARRIERS, CURSORS, WALKS } from '../../kernel/page-flow.js';
import { perName } from '../../kernel/per-name.js';
import type { Expr, FunctionIR } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import { shadowedNames, variableType } from '../variables.js';
import { bare, isNull, postorder, roots } from '../walk.js';

/** A place: elements and dereferences of a pointer are the pointer's own place. */
export interface Path {
	readonly text: string;
	/** It is the address of the place. */
	readonly ref: boolean;
	/** An element or what a pointer points to: a field of it is one behind the pointer. */
	readonly inside: boolean;
}

/** Pointer variables that always stand for one other place. */
export type Aliases = ReadonlyMap<string, Path>;

const NO_ALIASES: Aliases = new Map();
/** Aliases of aliases. */
const LONGEST_CHAIN = 6;

/** An enumerator or a macro, as its name tells. */
const isConstant = perName((name) => /^[A-Z0-9_]+$/.test(name));

/** The place an expression denotes; undefined when it is none. */
export function pathOf(expr: Expr, aliases: Aliases): Path | undefined {
	const at = bare(expr);
	switch (at.kind) {
		case 'name':
			// NULL, an enumerator, a macro: no place of its own
			if (isConstant(at.name)) return undefined;
			return aliases.get(at.name) ?? { text: at.name, ref: false, inside: false };
		case 'field': {
			const object = pathOf(at.object, aliases);
			if (!object) return undefined;
			const behind = at.arrow ? !object.ref : object.inside && !object.ref;
			return { text: `${object.text}${behind ? '->' : '.'}${at.field}`, ref: false, inside: false };
		}
		case 'index':
			return pointee(pathOf(at.object, aliases));
		case 'unary': {
			const operand = pathOf(at.operand, aliases);
			if (at.op === '*') return pointee(operand);
			if (at.op === '++' || at.op === '--') return operand;
			if (at.op !== '&' || !operand) return undefined;
			return operand.inside ? { ...operand, inside: false } : { ...operand, ref: true };
		}
		case 'binary':
			return at.op === '+' || at.op === '-' ? pathOf(at.left, aliases) : undefined;
		case 'assign':
			return pathOf(at.left, aliases);
		default:
			return undefined;
	}
}

function pointee(path: Path | undefined): Path | undefined {
	return path && (path.ref ? { ...path, ref: false } : { ...path, inside: true });
}

/** What follows the root variable: "->pages", ".sg.list". */
export function restOf(path: string): string {
	return path.replace(/^\w+/, '');
}

/** `inner` is a field of `outer`, at any depth. */
export function isWithin(inner: string, outer: string): boolean {
	const at = outer.length;
	return inner.startsWith(outer) && (inner[at] === '.' || inner.startsWith('->', at));
}

/** The object a node is embedded in: "region" of "region->node". */
export function objectOf(node: string): string {
	const arrow = node.lastIndexOf('->');
	return arrow >= 0 ? node.slice(0, arrow) : node.replace(/\..*$/, '');
}

/** A caller's name for a place of the callee that starts with a parameter. */
export function toCaller(rest: string, arg: Path): string | undefined {
	if (rest === '') return arg.text;
	if (rest.startsWith('->')) return arg.ref ? `${arg.text}.${rest.slice(2)}` : arg.text + rest;
	return undefined;
}

/** The callee's name for a place of the caller that lies within an argument. */
export function toCallee(rest: string, arg: Path, param: string): string {
	if (arg.ref && rest.startsWith('.')) return `${param}->${rest.slice(1)}`;
	return param + rest;
}

/** Every value a local variable is given, NULL left out; undefined stands for one that cannot be seen. */
export const definitions = memoize((fn: FunctionIR): ReadonlyMap<string, readonly (Expr | undefined)[]> => {
	const all = new Map<string, (Expr | undefined)[]>();
	const add = (name: string, value: Expr | undefined): void => {
		if (value && isNull(value)) return;
		const list = all.get(name);
		if (list) list.push(value);
		else all.set(name, [value]);
	};
	const look = (expr: Expr): void => {
		if (expr.kind === 'assign') {
			const left = bare(expr.left);
			if (left.kind === 'name') add(left.name, expr.op === '=' ? expr.right : expr);
		} else if (expr.kind === 'unary' && (expr.op === '++' || expr.op === '--')) {
			const operand = bare(expr.operand);
			if (operand.kind === 'name') add(operand.name, expr);
		} else if (expr.kind === 'call') {
			for (const arg of expr.args) {
				const at = bare(arg);
				const target = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : undefined;
				if (target?.kind === 'name') add(target.name, undefined);
			}
		}
	};
	for (const block of fn.blocks) {
		for (const step of block.steps) {
			if (step.kind === 'declare' && step.init) add(step.variable.name, step.init);
			if (step.kind === 'each') {
				const [moving, over] = WALKS.get(step.macro) ?? [];
				step.args.forEach((arg, i) => {
					const at = bare(arg);
					if (at.kind === 'name' && i !== over)
						add(at.name, i === moving && over !== undefined ? step.args[over] : undefined);
				});
			}
			for (const root of roots(step)) postorder(root, look);
		}
		if (block.test) postorder(block.test, look);
	}
	return all;
});

/** A pointer to an object or an array of pointers; a page pointer is followed by value instead. */
function mayAlias(fn: FunctionIR, name: string): boolean {
	const type = variableType(fn, name);
	if (!type || type.array || type.pointers === 0) return false;
	return !(type.pointers === 1 && /^(?:struct (?:page|folio)|void|char|u?int8_t|u8)$/.test(type.base));
}

/** `sg = sg_next(sg)`, `bv++`: the variable goes on through the list it is in. */
function movesAlong(fn: FunctionIR, name: string, value: Expr): boolean {
	const at = bare(value);
	const [first] = at.kind === 'call' && CURSORS.has(at.name) ? at.args : [];
	const from = first && bare(first);
	if (from?.kind === 'name' && from.name === name) return true;
	return /^(?:unary|assign)$/.test(at.kind) && CARRIERS.has(variableType(fn, name)?.base ?? '') && !isSet(at);
}

/** `sg = list`, not `sg++` or `sg += 1`. */
function isSet(at: Expr): boolean {
	return at.kind === 'assign' ? at.op === '=' : at.kind === 'unary' && at.op !== '++' && at.op !== '--';
}

/** The local variables of a function that are another name for one place from start to end. */
export const aliasesOf = memoize((fn: FunctionIR): Aliases => {
	const defined = definitions(fn);
	const locals = new Set(fn.locals.map((v) => v.name));
	const params = new Set(fn.params.map((v) => v.name));
	const settings = (name: string): readonly (Expr | undefined)[] =>
		(defined.get(name) ?? []).filter((value) => !value || !movesAlong(fn, name, value));
	const isStable = (name: string): boolean => (defined.get(name)?.length ?? 0) <= (locals.has(name) ? 1 : 0);
	const found = new Map<string, Path>();
	for (const { name } of fn.locals) {
		const [value, ...others] = settings(name);
		if (!value || others.length > 0 || params.has(name) || !mayAlias(fn, name)) continue;
		if (shadowedNames(fn).has(name)) continue;
		const target = pathOf(value, NO_ALIASES);
		const root = target && /^\w+/.exec(target.text)?.[0];
		if (!target || !root || root === name || !isStable(root)) continue;
		found.set(name, target);
	}
	const aliases = new Map<string, Path>();
	for (const [name, target] of found) aliases.set(name, resolve(target, found));
	return aliases;
});

function resolve(target: Path, found: Aliases): Path {
	let at = target;
	for (let i = 0; i < LONGEST_CHAIN; i++) {
		const root = /^\w+/.exec(at.text)?.[0] ?? '';
		const next = found.get(root);
		if (!next) return at;
		const rest = restOf(at.text);
		const text = rest === '' ? next.text : toCaller(rest, next);
		if (text === undefined) return at;
		at = rest === '' ? { ...next, inside: at.inside || next.inside } : { ...at, text };
	}
	return at;
}
