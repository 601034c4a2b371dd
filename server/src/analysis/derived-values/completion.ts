/** Whether the end of some work gives the pages back: a completion callback, an interrupt, a timer. */

import {
	callsDestructor,
	dropsReference,
	endsWork,
	isCompletionField,
	registersCompletion,
} from '../../kernel/sinks/index.js';
import type { Expr, FunctionIR, Range } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { FileContext } from '../context.js';
import { bare, everywhere } from '../walk.js';
import type { Use } from './use.js';

/** How far the callers of a release are followed. */
const DEEPEST = 5;
const MOST_FUNCTIONS = 40;

/** The place that makes a release part of a completion; undefined when none is seen. */
export function completionOf(file: FileContext, uses: readonly Use[]): Range | undefined {
	let level = new Set(uses.filter((use) => use.kind === 'released').map((use) => use.function));
	const seen = new Set<string>();
	for (let depth = 0; depth < DEEPEST && level.size > 0; depth++) {
		const next = new Set<string>();
		for (const name of level) {
			if (seen.has(name) || seen.size > MOST_FUNCTIONS) continue;
			seen.add(name);
			const end = inTable(file, name) ?? asHandler(file, name);
			if (end) return end;
			for (const fn of file.ir.naming(name)) {
				const { completion, called } = usesOfName(fn, name);
				if (completion) return completion;
				if (called && fn.name !== name) next.add(fn.name);
			}
		}
		level = next;
	}
	return undefined;
}

/** An interrupt handler or the completion of a request, by its type: what registers it may be in another file. */
function asHandler(file: FileContext, name: string): Range | undefined {
	const fn = file.ir.lookup(name);
	return fn && endsWork(fn.returnType.base, fn.params[0]?.type.base) ? fn.nameRange : undefined;
}

/** `.complete = name` */
const ENTRY = /\.(\w+)\s*=\s*&?(\w+)/g;

const completionsInTables = memoize((file: FileContext): ReadonlyMap<string, Range> => {
	const found = new Map<string, Range>();
	for (const { 0: entry, 1: field, 2: callback, index } of file.text.matchAll(ENTRY))
		if (callback && isCompletionField(field as string) && !found.has(callback))
			found.set(callback, { start: index, end: index + entry.length });
	return found;
});

/** An initialiser that makes the function a completion callback. */
function inTable(file: FileContext, name: string): Range | undefined {
	return completionsInTables(file).get(name);
}

/** How a function body uses the name of another one: as a callback for the end of some work, or by calling it. */
function usesOfName(fn: FunctionIR, name: string): { completion: Range | undefined; called: boolean } {
	let completion: Range | undefined;
	let called = false;
	// work that is put off when the last reference is dropped is the end of the object, not that of some work with the pages
	const drops = fn.calls.some((call) => dropsReference(call.name));
	const isName = (expr: Expr): boolean => {
		const at = bare(expr);
		const operand = at.kind === 'unary' && at.op === '&' ? bare(at.operand) : at;
		return operand.kind === 'name' && operand.name === name;
	};
	const look = (expr: Expr): void => {
		if (expr.kind === 'call') {
			if (expr.name === name) called = true;
			else if (expr.args.some(isName)) {
				if (drops || callsDestructor(expr.name)) called = true;
				else if (registersCompletion(expr.name)) completion = expr.nameRange;
			}
		} else if (expr.kind === 'assign' && isName(expr.right)) {
			const left = bare(expr.left);
			if (left.kind === 'field' && isCompletionField(left.field)) completion = { start: expr.start, end: expr.end };
		}
	};
	everywhere(fn, look);
	return { completion, called };
}
