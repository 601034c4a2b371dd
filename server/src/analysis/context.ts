/** What a rule sees of a file. */
import { knownUser } from '../kernel/known-users.js';
import type { Api, Kernel, KnownUser, Role, Signature } from '../kernel/types.js';
import type { CallExpr, Expr, FileIR, FunctionIR, Range } from '../syntax/ir.js';
import type { FlagValue } from './flag-value.js';
import { FlagValues } from './flags.js';

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
	readonly text: string;
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

/** Kernel area of a path: its first folder, else the first one below that can only be such a one. */
function areaOf(path: string): string {
	const folders = path.split('/').slice(0, -1).filter(Boolean);
	if (!path.startsWith('/') && AREAS.has(folders[0] ?? '')) return folders[0] as string;
	return folders.find((folder) => TELLING.has(folder)) ?? '';
}

/** A macro or a local of this name stands for something else. */
function shadowed(fn: FunctionIR | undefined, name: string): boolean {
	return fn !== undefined && (fn.locals.some((v) => v.name === name) || fn.params.some((v) => v.name === name));
}

/** This kernel's prototype when the call has that many arguments, else the newest that does. */
function shapeOf(api: Api, call: CallExpr): Signature | undefined {
	const fits = (signature: Signature | undefined): boolean => signature?.params.length === call.args.length;
	return fits(api.signature) ? api.signature : api.record.signatures.findLast(fits);
}

function apiCalls(ir: FileIR, kernel: Kernel, values: FlagValues): ApiCall[] {
	const found: ApiCall[] = [];
	const own = new Set([...ir.defined, ...ir.macros.map((macro) => macro.name)]);
	const add = (call: CallExpr, fn: FunctionIR | undefined): void => {
		const api = call.name && !own.has(call.name) && !shadowed(fn, call.name) ? kernel.api(call.name) : undefined;
		if (!api) return;
		const shape = shapeOf(api, call);
		const position = (role: Role): number => shape?.params.findIndex((param) => param.role === role) ?? -1;
		const flags = position('flags');
		found.push({
			call,
			api,
			fn,
			shape,
			arg: (role) => call.args[position(role)],
			flags: flags >= 0 && call.args[flags] ? values.argument(fn, call, flags) : undefined,
		});
	};
	for (const fn of ir.functions) for (const call of fn.calls) add(call, fn);
	for (const macro of ir.macros) for (const call of macro.calls) add(call, undefined);
	return found;
}

function groupByFunction(calls: readonly ApiCall[]): Map<FunctionIR | undefined, ApiCall[]> {
	const groups = new Map<FunctionIR | undefined, ApiCall[]>();
	for (const call of calls) {
		const group = groups.get(call.fn);
		if (group) group.push(call);
		else groups.set(call.fn, [call]);
	}
	return groups;
}

/** Put together what the rules ask for. */
export function fileContext(path: string, text: string, kernel: Kernel, ir: FileIR): FileContext {
	const values = new FlagValues(ir, (name) => kernel.api(name) !== undefined);
	const calls = apiCalls(ir, kernel, values);
	const byExpr = new Map<Expr, ApiCall>(calls.map((call) => [call.call, call]));
	const byFunction = groupByFunction(calls);
	return {
		path,
		area: areaOf(path),
		text,
		kernel,
		ir,
		values,
		calls,
		callsOf: (fn) => byFunction.get(fn) ?? [],
		apiCall: (expr) => byExpr.get(expr),
		knownUser: (fn) => knownUser(path, fn),
		slice: (range) => text.slice(range.start, range.end),
	};
}
