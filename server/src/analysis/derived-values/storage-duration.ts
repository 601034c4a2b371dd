/** How long the object lives that a place belongs to, as far as this file tells. */
import { makesObject, viewOf } from '../../kernel/sinks/index.js';
import type { Expr, FileIR, FunctionIR } from '../../syntax/ir.js';
import { localOf, parameterAt, variableType } from '../variables.js';
import { bare, rootOf } from '../walk.js';
import { aliasesOf, definitions, pathOf, restOf, toCaller } from './paths.js';
import type { StorageDuration } from './use.js';

/** How far a parameter is followed to what the callers pass. */
const DEEPEST = 3;
const MOST_CALLERS = 8;
const ORDER: readonly StorageDuration[] = ['local', 'fresh', 'parameter', 'object', 'global'];

/** The shorter of two lives: an object counts as long-lived only when all callers pass one. */
function shorter(a: StorageDuration, b: StorageDuration): StorageDuration {
	return ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b;
}

/** How long the object around `path` (a place of `fn`) lives. */
export function storageDurationOf(path: string, fn: FunctionIR, file: FileIR, depth = 0): StorageDuration {
	const root = rootOf(path);
	const rest = restOf(path);
	const param = parameterAt(fn, root);
	const local = localOf(fn, root);
	// the task is there before and after, but nobody else looks there
	if (!local && param < 0) return root === 'current' ? 'object' : 'global';
	const type = variableType(fn, root);
	if (!type || (type.pointers === 0 && !(type.array && param >= 0)))
		return isTypedef(type, rest) ? 'parameter' : 'local';
	if (local && type.array) return 'local';
	if (local) return longest(definitions(fn).get(root) ?? [], fn, file, depth);
	// an object that another one points to
	if (rest.indexOf('->', 2) > 0) return 'object';
	return fromCallers(rest, param, fn, file, depth);
}

/** A pointer behind a typedef (drm_via_sg_info_t). */
function isTypedef(type: { readonly base: string } | undefined, rest: string): boolean {
	return rest.startsWith('->') && type !== undefined && !/^(?:struct|union) /.test(type.base);
}

function fromCallers(rest: string, param: number, fn: FunctionIR, file: FileIR, depth: number): StorageDuration {
	if (depth >= DEEPEST) return 'parameter';
	let life: StorageDuration | undefined;
	for (const caller of file.callers(fn.name).slice(0, MOST_CALLERS)) {
		if (caller.name === fn.name) continue;
		for (const call of caller.calls) {
			const arg = call.name === fn.name ? call.args[param] : undefined;
			const path = arg && pathOf(arg, aliasesOf(caller));
			const text = path && toCaller(rest, path);
			if (!text) continue;
			const here = storageDurationOf(text, caller, file, depth + 1);
			life = life === undefined ? here : shorter(life, here);
		}
	}
	if (life === undefined) return 'parameter';
	return fn.isStatic ? life : shorter(life, 'parameter');
}

/** What a pointer variable may point to: the longest life of all it is given. */
function longest(values: readonly (Expr | undefined)[], fn: FunctionIR, file: FileIR, depth: number): StorageDuration {
	const lives = values.map((value): StorageDuration => (value ? pointed(value, fn, file, depth) : 'object'));
	if (lives.includes('fresh')) return 'fresh';
	return lives.reduce((a, b) => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b), 'local');
}

function pointed(value: Expr, fn: FunctionIR, file: FileIR, depth: number): StorageDuration {
	const at = bare(value);
	if (at.kind === 'call') {
		const view = viewOf(at.name);
		const same = view?.view === 'same' ? at.args[view.from] : undefined;
		if (same) return pointed(same, fn, file, depth);
		return makesObject(at.name) ? 'fresh' : 'object';
	}
	if (at.kind === 'conditional') return 'object';
	const path = pathOf(at, aliasesOf(fn));
	if (!path || depth >= DEEPEST) return 'object';
	const root = rootOf(path.text);
	// the next of a list, the next element: as long as the first
	if (definitions(fn).get(root)?.includes(value)) return 'local';
	return storageDurationOf(path.ref ? path.text : `${path.text}->*`, fn, file, depth + 1);
}
