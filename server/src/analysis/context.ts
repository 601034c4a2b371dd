/** What a rule sees of a file. */
import { knownUser } from '../kernel/known-users.js';
import type { Api, Kernel, KnownUser, Param, Role, Signature } from '../kernel/types.js';
import { grouped } from '../syntax/grouped.js';
import type { CallExpr, CType, Expr, FileIR, FunctionIR, Range } from '../syntax/ir.js';
import type { LinkedUnit } from '../syntax/linked-unit.js';
import type { FlagValue } from './flag-value.js';
import { FlagValues } from './flags.js';
import { integer } from './integers.js';
import { isLocal, isParameter, variableType } from './variables.js';
import { bare } from './walk.js';

/** One call of an API of the family. */
export interface ApiCall {
	readonly call: CallExpr;
	readonly api: Api;
	/** undefined for a call in a macro body. */
	readonly fn: FunctionIR | undefined;
	/** The prototype that the number of arguments fits: this kernel's, else another kernel's; undefined when none does. */
	readonly shape: Signature | undefined;
	/** The argument with this role; undefined when there is none. */
	arg(role: Role): Expr | undefined;
	/** Value of the gup_flags argument; undefined when the call has none. */
	readonly flags: FlagValue | undefined;
}

export interface FileContext {
	/** Path relative to the kernel tree when there is one, else as given, with "/". */
	readonly path: string;
	/** Top-level folder in the kernel ("mm", "drivers", "net", ...); "" when it cannot be told. */
	readonly area: string;
	/** The file's own text, and behind it the functions of other files it is linked with. */
	readonly text: string;
	readonly unit: LinkedUnit;
	readonly kernel: Kernel;
	readonly ir: FileIR;
	readonly calls: readonly ApiCall[];
	/** The calls of one function. */
	callsOf(fn: FunctionIR): readonly ApiCall[];
	/** The API call an expression is; undefined for anything else. */
	apiCall(expr: Expr): ApiCall | undefined;
	readonly values: FlagValues;
	/** The curated judgement on this file and function, when there is one. */
	knownUser(fn: string | undefined): KnownUser | undefined;
	/** Text of a range of the file. */
	slice(range: Range): string;
}

const AREAS = new Set(
	'arch block certs crypto drivers fs include init io_uring ipc kernel lib mm net rust samples scripts security sound tools usr virt'.split(
		' ',
	),
);
/** Areas whose names are told from other folders where a path does not start at the top of a tree. */
const TELLING = new Set(['arch', 'drivers', 'fs', 'kernel', 'mm', 'net', 'security', 'sound']);

/** What stands in kernel/ of a tree: many a module keeps its own code in a folder of that name. */
const IN_KERNEL =
	/^(?:bpf|cgroup|debug|dma|entry|events|futex|irq|livepatch|locking|module|power|printk|rcu|sched|time|trace|unwind|futex\.c|ptrace\.c)$/;

/**
 * Kernel area of a path: its first folder, else the first one below that can only be such a one.
 * @param inTree the path starts at the top of a tree
 */
function areaOf(path: string, inTree: boolean): string {
	const parts = path.split('/').filter(Boolean);
	const folders = parts.slice(0, -1);
	const isArea = (folder: string, i: number): boolean => folder !== 'kernel' || IN_KERNEL.test(parts[i + 1] ?? '');
	const [first = ''] = folders;
	if (!path.startsWith('/') && AREAS.has(first) && (inTree || isArea(first, 0))) return first;
	return folders.find((folder, i) => TELLING.has(folder) && isArea(folder, i)) ?? '';
}

/** A macro or a local of this name stands for something else. */
function shadowed(fn: FunctionIR | undefined, name: string): boolean {
	return fn !== undefined && (isLocal(fn, name) || isParameter(fn, name));
}

/** The argument cannot stand for this parameter: a number for a pointer, or a pointer to another struct. */
function contradicts(fn: FunctionIR | undefined, arg: Expr, { type }: Param): boolean {
	const at = bare(arg);
	const given = fn && at.kind === 'name' ? variableType(fn, at.name) : undefined;
	if (!given || !type.includes('*')) return false;
	if (integer(given, NO_TYPEDEFS)) return true;
	const [record] = /^struct \w+/.exec(type) ?? [];
	return record !== undefined && given.base.startsWith('struct ') && given.base !== record;
}

const NO_TYPEDEFS: ReadonlyMap<string, CType> = new Map();

/** This kernel's prototype when the arguments may be for it, else the newest for which they may. */
function shapeOf(api: Api, call: CallExpr, fn: FunctionIR | undefined): Signature | undefined {
	const fits = (signature: Signature | undefined): boolean =>
		signature?.params.length === call.args.length &&
		!call.args.some((arg, i) => contradicts(fn, arg, signature.params[i] as Param));
	return fits(api.signature) ? api.signature : api.record.signatures.findLast(fits);
}

/** The API call that a call is; undefined for a function of the file itself and for all others. */
type Recognise = (call: CallExpr, fn: FunctionIR | undefined) => ApiCall | undefined;

function recogniser(ir: FileIR, kernel: Kernel, values: FlagValues): Recognise {
	const own = new Set([...ir.defined, ...ir.macros.map((macro) => macro.name)]);
	return (call, fn) => {
		const api = call.name && !own.has(call.name) && !shadowed(fn, call.name) ? kernel.api(call.name) : undefined;
		if (!api) return undefined;
		const shape = shapeOf(api, call, fn);
		const position = (role: Role): number => shape?.params.findIndex((param) => param.role === role) ?? -1;
		const flags = position('flags');
		return {
			call,
			api,
			fn,
			shape,
			arg: (role) => call.args[position(role)],
			flags: flags >= 0 && call.args[flags] ? values.argument(fn, call, flags) : undefined,
		};
	};
}

function apiCalls(ir: FileIR, recognise: Recognise): ApiCall[] {
	const inFunctions = ir.functions.flatMap((fn) => fn.calls.flatMap((call) => recognise(call, fn) ?? []));
	const inMacros = ir.macros.flatMap((macro) => macro.calls.flatMap((call) => recognise(call, undefined) ?? []));
	return [...inFunctions, ...inMacros];
}

/**
 * Put together what the rules ask for.
 * @param knownUsers false leaves the curated table out
 * @param isModule the file is of a module outside a tree: a driver, whatever its folders are called
 */
export function fileContext(
	path: string,
	unit: LinkedUnit,
	kernel: Kernel,
	ir: FileIR,
	knownUsers = true,
	isModule = false,
): FileContext {
	const { text } = unit;
	const values = new FlagValues(ir, (name) => kernel.api(name) !== undefined);
	const recognise = recogniser(ir, kernel, values);
	const calls = apiCalls(ir, recognise);
	const byExpr = new Map<Expr, ApiCall | undefined>(calls.map((call) => [call.call, call]));
	/** Functions without any of our words are read only when an analysis comes to them. */
	const apiCall = (expr: Expr): ApiCall | undefined => {
		if (expr.kind === 'call' && !byExpr.has(expr)) byExpr.set(expr, recognise(expr, undefined));
		return byExpr.get(expr);
	};
	const byFunction = grouped(calls, (call) => call.fn);
	return {
		path,
		area: isModule ? 'drivers' : areaOf(path, kernel.origin === 'tree'),
		text,
		unit,
		kernel,
		ir,
		values,
		calls,
		callsOf: (fn) => byFunction.get(fn) ?? [],
		apiCall,
		knownUser: (fn) => (knownUsers ? knownUser(path, fn) : undefined),
		slice: (range) => text.slice(range.start, range.end),
	};
}
