import type { Api, Kernel, KnownUser } from '../kernel/types.js';
import type { CallExpr, Expr, FileIR, FunctionIR, Range } from '../syntax/ir.js';
import type { FlagValue } from './flags.js';

/** Top-level area of the kernel the file belongs to; "" when it cannot be told. */
export type Area = string;

/** One call of an API of the family, with what is known at that point. */
export interface ApiCall {
	readonly call: CallExpr;
	readonly api: Api;
	/** undefined for a call in a macro body. */
	readonly fn: FunctionIR | undefined;
	/** The argument with this role in this kernel; undefined when absent. */
	arg(role: Parameters<Api['index']>[0]): Expr | undefined;
	/** Value of the gup_flags argument; undefined when the call has none. */
	readonly flags: FlagValue | undefined;
}

/** What a rule sees of a file. */
export interface FileContext {
	/** Path relative to the kernel tree when there is one, else as given, with "/". */
	readonly path: string;
	/** "mm", "drivers", "net", ... ; "" when unknown. */
	readonly area: Area;
	readonly text: string;
	readonly kernel: Kernel;
	readonly ir: FileIR;
	readonly calls: readonly ApiCall[];
	/** The curated judgement on this file and function, when there is one. */
	knownUser(fn: string | undefined): KnownUser | undefined;
	/** Text of a range of the file. */
	slice(range: Range): string;
}
