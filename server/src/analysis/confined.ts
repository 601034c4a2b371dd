/** Whether objects of a record never leave the functions that are seen: escape analysis of what lives on the stack and is passed down. */

import type { CallExpr, Expr, FunctionIR, Step } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import type { FileContext } from './context.js';
import { isParameter, variableType } from './variables.js';
import { bare, parts, roots } from './walk.js';

/** Read or write an object as memory, and keep nothing. */
const AS_MEMORY = /^(?:mem(?:set|zero_explicit)|sizeof)$/;

/** A variable of a function that is such an object or points to one. */
interface Name {
	readonly fn: FunctionIR;
	readonly name: string;
}

/** Where objects of a record get out of what is seen: the calls that pass them on, none where it is something else. */
export type Escape = readonly CallExpr[];

/**
 * Every object of the record is a local variable, and its address goes to nobody but functions that are seen.
 * @param record "struct example_state"
 * @returns undefined for such a record, else how its objects get out
 */
export function escapeOf(file: FileContext, record: string): Escape | undefined {
	const known = escapes(file);
	if (!known.has(record)) known.set(record, found(file, record));
	return known.get(record);
}

/** Of the records of a file that were asked for. */
const escapes = memoize((_: FileContext) => new Map<string, Escape | undefined>());

function found(file: FileContext, record: string): Escape | undefined {
	const tag = record.replace(/^(?:struct|union) /, '');
	if (tag === record || isPartOfOthers(file, record) || hasTypedef(file.text, tag)) return [];
	const names: Name[] = [];
	for (const fn of file.ir.knowing(tag)) {
		for (const { name, type } of fn.params) if (type.base === record) names.push({ fn, name });
		for (const { name, type } of fn.locals)
			if (type.base === record) {
				if (type.pointers > 0 || type.array) return [];
				names.push({ fn, name });
			}
	}
	const seen = new Set(names.map(keyOf));
	const escapes: CallExpr[] = [];
	for (const one of names) {
		const next = passedOn(file, one, record);
		if (!next) return [];
		escapes.push(...next.escapes);
		for (const inner of next.names)
			if (!seen.has(keyOf(inner))) {
				seen.add(keyOf(inner));
				names.push(inner);
			}
	}
	const isMade = names.some(({ fn, name }) => !isParameter(fn, name));
	return isMade && escapes.length === 0 ? undefined : escapes;
}

function keyOf({ fn, name }: Name): string {
	return `${fn.name}#${fn.variant} ${name}`;
}

/** Parameters that get the object's address, and calls of functions that are not seen; undefined where it goes somewhere else. */
function passedOn(
	file: FileContext,
	{ fn, name }: Name,
	record: string,
): { readonly names: readonly Name[]; readonly escapes: Escape } | undefined {
	if (!fn.hasNoSyntaxErrors) return undefined;
	const isPointer = (variableType(fn, name)?.pointers ?? 0) > 0;
	const isName = (expr: Expr): boolean => expr.kind === 'name' && expr.name === name;
	const isAddress = (expr: Expr): boolean =>
		isPointer ? isName(expr) : expr.kind === 'unary' && expr.op === '&' && isName(bare(expr.operand));
	const found: Name[] = [];
	const escapes: CallExpr[] = [];
	let stays = true;
	const pass = (call: CallExpr, i: number): void => {
		const callee = file.ir.lookup(call.name);
		const param = callee?.params[i];
		if (callee && param?.type.base === record && param.type.pointers === 1)
			found.push({ fn: callee, name: param.name });
		else if (!AS_MEMORY.test(call.name)) escapes.push(call);
	};
	// by the address of a field the object around it is found
	const isPartOf = (at: Expr): boolean => at.kind === 'field' && (isName(bare(at.object)) || isPartOf(bare(at.object)));
	const visit = (expr: Expr): void => {
		// a field, or a copy of the whole object, which is of the same record
		if (expr.kind === 'unary' && expr.op === '&' && isPartOf(bare(expr.operand))) stays = false;
		const object =
			expr.kind === 'field' ? expr.object : expr.kind === 'unary' && expr.op === '*' ? expr.operand : undefined;
		if (object && isName(bare(object))) return;
		if (expr.kind === 'call')
			for (const [i, arg] of expr.args.entries()) {
				if (isAddress(bare(arg))) pass(expr, i);
				else visit(arg);
			}
		else if (isName(expr)) stays = false;
		else for (const part of parts(expr)) visit(part);
	};
	const look = (at: Step | Expr): void => {
		for (const root of roots(at)) visit(root);
	};
	for (const { steps, test } of fn.blocks) {
		for (const step of steps) look(step);
		if (test) look(test);
	}
	fn.effort.spend(fn.blocks.length);
	return stays ? { names: found, escapes } : undefined;
}

/** By another name of the type its objects are not found. */
function hasTypedef(text: string, tag: string): boolean {
	const head = new RegExp(`\\bstruct\\s+${tag}\\s*\\{`).exec(text);
	const end = head ? text.indexOf('\n}', head.index) : -1;
	const behind = end < 0 ? '' : (/^\n\}[^\n;]*/.exec(text.slice(end))?.[0] ?? '');
	return (
		new RegExp(`\\btypedef\\s+struct\\s+${tag}\\b`).test(text) ||
		/\}\s*\w/.test(behind.replace(/__\w+(?:\([^)]*\))?/g, ''))
	);
}

/** The record is a field of another one, or a variable of the file. */
function isPartOfOthers({ text, ir }: FileContext, record: string): boolean {
	const [kind, tag] = record.split(' ') as [string, string];
	for (const { index } of text.matchAll(new RegExp(`\\b${kind}\\s+${tag}\\b`, 'g'))) {
		if (ir.around(index) !== undefined) continue;
		const behind = /^\w+\s+\w+\s*([{;]?)/.exec(text.slice(index, index + tag.length + 40))?.[1];
		if (behind) continue;
		const from = Math.max(text.lastIndexOf(';', index), text.lastIndexOf('{', index), text.lastIndexOf('}', index));
		// a parameter of a prototype or a definition
		if (!text.slice(from + 1, index).includes('(')) return true;
	}
	return false;
}
