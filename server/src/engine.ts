/**
 * The public face of the engine: text in, plain data out.
 * Nothing here or below touches the file system, the protocol or VS Code.
 */
import type { Kernel } from './kernel/types.js';
import type { Fix, RuleMeta, Severity, Tag } from './rules/rule.js';
import type { Range } from './syntax/ir.js';

export interface Finding extends Range {
	readonly rule: string;
	readonly severity: Severity;
	readonly message: string;
	/** Name of the enclosing function, null outside one. */
	readonly function: string | null;
	readonly tags: readonly Tag[];
	/** Fixes that were applied to a copy and analysed again: the finding is gone, nothing new appeared. */
	readonly fixes: readonly Fix[];
	readonly related: readonly (Range & { readonly message: string })[];
}

export interface AnalyseOptions {
	/** Path relative to the kernel tree root where there is a tree, else as the user gave it; "/" separators. */
	readonly path: string;
	readonly kernel: Kernel;
	/** Rule id -> severity or "off". */
	readonly severities?: Readonly<Record<string, Severity | 'off'>>;
	/** False leaves the fixes out: each costs a second analysis. Default true. */
	readonly fixes?: boolean;
}

export interface Analysis {
	readonly findings: readonly Finding[];
	/** The file names none of our words and was not parsed. */
	readonly irrelevant: boolean;
	/** Functions that name the family but could not be read (half-typed code, endless nesting), by name. */
	readonly unread: readonly string[];
}

/** An open document: keeps what an edit leaves valid. */
export interface OpenFile {
	/** Analyse the new text; what did not change since the last call is not parsed again. */
	analyse(text: string, options: AnalyseOptions): Analysis;
	/** Frees the syntax trees. The file must not be used afterwards. */
	dispose(): void;
}

/** The two wasm files as bytes: web-tree-sitter.wasm and tree-sitter-c.wasm. */
export interface WasmFiles {
	readonly core: Uint8Array;
	readonly grammar: Uint8Array;
}

export interface Engine {
	/** Metadata of all rules, in registry order. */
	readonly rules: readonly RuleMeta[];
	analyse(text: string, options: AnalyseOptions): Analysis;
	open(): OpenFile;
}

/** Load once per process or worker; afterwards everything is synchronous. */
export async function loadEngine(_wasm: WasmFiles): Promise<Engine> {
	throw new Error('the engine is being built');
}
