/** The variables of a function by name. */

import type { CType, FunctionIR, Variable } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { bare, everywhere, modifiedBy } from './walk.js';

interface Variables {
	/** Position of the first parameter of a name. */
	readonly params: ReadonlyMap<string, number>;
	/** The first local of a name. */
	readonly locals: ReadonlyMap<string, Variable>;
	/** Of names that are declared twice, the innermost declaration. */
	readonly types: ReadonlyMap<string, CType>;
	/** Names that stand for two variables. */
	readonly shadowed: ReadonlySet<string>;
}

const variablesOf = memoize((fn: FunctionIR): Variables => {
	const params = new Map<string, number>();
	const locals = new Map<string, Variable>();
	const shadowed = new Set<string>();
	fn.params.forEach(({ name }, i) => {
		if (params.has(name)) shadowed.add(name);
		else params.set(name, i);
	});
	for (const local of fn.locals) {
		if (params.has(local.name) || locals.has(local.name)) shadowed.add(local.name);
		if (!locals.has(local.name)) locals.set(local.name, local);
	}
	// the first parameter and the last local of a name
	const types = new Map([...fn.params.toReversed(), ...fn.locals].map((v) => [v.name, v.type]));
	return { params, locals, types, shadowed };
});

/** Type of a variable of this function: the innermost declaration is taken for a name declared twice. */
export function variableType(fn: FunctionIR, name: string): CType | undefined {
	return variablesOf(fn).types.get(name);
}

/** Position of the parameter of this name (from 0), or -1. */
export function parameterAt(fn: FunctionIR, name: string | undefined): number {
	return name === undefined ? -1 : (variablesOf(fn).params.get(name) ?? -1);
}

export function isParameter(fn: FunctionIR, name: string): boolean {
	return variablesOf(fn).params.has(name);
}

/** The first local variable of this name. */
export function localOf(fn: FunctionIR, name: string | undefined): Variable | undefined {
	return name === undefined ? undefined : variablesOf(fn).locals.get(name);
}

export function isLocal(fn: FunctionIR, name: string): boolean {
	return variablesOf(fn).locals.has(name);
}

/** Parameters that nothing in the function assigns to or takes the address of: they are what the caller passed. */
export const unchangedParams = memoize((fn: FunctionIR): readonly string[] => {
	const names = new Set(fn.params.map(({ name }) => name));
	if (names.size === 0) return [];
	everywhere(fn, (expr) => {
		const at = modifiedBy(expr);
		const target = at && bare(at);
		if (target?.kind === 'name') names.delete(target.name);
	});
	return [...names].filter((name) => !shadowedNames(fn).has(name));
});

/** Names that stand for two variables of the function. */
export function shadowedNames(fn: FunctionIR): ReadonlySet<string> {
	return variablesOf(fn).shadowed;
}
