/**
 * The public face of the engine: text in, plain data out.
 * Nothing here or below touches the file system, the protocol or VS Code.
 */
import type { Kernel } from './kernel/types.js';
import type { Fix, Severity, Tag } from './rules/rule.js';
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
	/** Leave the fixes out: they cost a second analysis each. */
	readonly fixes?: boolean;
}

export interface Analysis {
	readonly findings: readonly Finding[];
	/** The file names none of our words and was not parsed. */
	readonly irrelevant: boolean;
}
