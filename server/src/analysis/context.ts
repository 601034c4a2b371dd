/** What a rule sees of a file. */
import { knownUser } from '../kernel/known-users.js';
import type { Api, Kernel, KnownUser, Role } from '../kernel/types.js';
import type { CallExpr, Expr, FileIR, FunctionIR, Range } from '../syntax/ir.js';
import { type FlagValue, FlagValues } from './flags.js';

/** One call of an API of the family. */
export interface ApiCall {
	readonly call: CallExpr;
	readonly api: Api;
	/** undefined for a call in a macro body. */
	readonly fn: FunctionIR | undefined;
	/** The argument with this role in this kernel; undefined when there is none. */
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

/** Kernel area of a path: its first folder, or the last folder that can only be one of a kernel's top-level ones. */
export function areaOf(path: string): string {
	const folders = path.split('/').slice(0, -1).filter(Boolean);
	if (!path.startsWith('/') && AREAS.has(folders[0] ?? '')) return folders[0] as string;
	// "/home/me/linux/mm/gup.c": the first folder with such a name after one that is none, arch/x86/mm is arch
	return folders.find((folder) => AREAS.has(folder) && folder !== 'usr') ?? '';
}

/** A macro or a local of this name stands for something else. */
function shadowed(fn: FunctionIR | undefined, name: string): boolean {
	return fn !== undefined && (fn.locals.some((v) => v.name === name) || fn.params.some((v) => v.name === name));
}

function apiCalls(ir: FileIR, kernel: Kernel, values: FlagValues): ApiCall[] {
	const found: ApiCall[] = [];
	const own = new Set([...ir.defined, ...ir.macros.map((macro) => macro.name)]);
	const add = (call: CallExpr, fn: FunctionIR | undefined): void => {
		const api = call.name && !own.has(call.name) && !shadowed(fn, call.name) ? kernel.api(call.name) : undefined;
		if (!api) return;
		const flags = api.index('flags');
		found.push({
			call,
			api,
			fn,
			arg: (role) => {
				const index = api.index(role);
				return index < 0 ? undefined : call.args[index];
			},
			flags: flags >= 0 && call.args[flags] ? values.argument(fn, call, flags) : undefined,
		});
	};
	for (const fn of ir.functions) for (const call of fn.calls) add(call, fn);
	for (const macro of ir.macros) for (const call of macro.calls) add(call, undefined);
	return found;
}

/** Put together what the rules ask for. */
export function fileContext(path: string, text: string, kernel: Kernel, ir: FileIR): FileContext {
	const values = new FlagValues(ir);
	return {
		path,
		area: areaOf(path),
		text,
		kernel,
		ir,
		values,
		calls: apiCalls(ir, kernel, values),
		knownUser: (fn) => knownUser(path, fn),
		slice: (range) => text.slice(range.start, range.end),
	};
}
