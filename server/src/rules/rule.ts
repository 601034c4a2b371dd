import type { FileContext } from '../analysis/context.js';
import type { Range } from '../syntax/ir.js';

/** Ascending. */
export const SEVERITIES = ['hint', 'information', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const TAGS = ['deprecated', 'unnecessary'] as const;
export type Tag = (typeof TAGS)[number];

/** Replace [start, end) by `text`; offsets are UTF-16, into the text that was analysed. */
export interface Edit extends Range {
	readonly text: string;
}

export interface Fix {
	readonly title: string;
	/** Safe fixes may run unattended (`source.fixAll`, `gup-lens fix`). */
	readonly safe: boolean;
	readonly edits: readonly Edit[];
}

export interface Related extends Range {
	readonly message: string;
}

export interface Report extends Range {
	readonly message: string;
	/** Lower or raise against the default of the rule. */
	readonly severity?: Severity;
	readonly tags?: readonly Tag[];
	readonly related?: readonly Related[];
	readonly fixes?: readonly Fix[];
	/** The finding rests on an unverified record: it is capped at information. */
	readonly unverified?: boolean;
	/** It is wrong on every kernel, also where the rule is versioned: no assumption caps it. */
	readonly everywhere?: boolean;
}

export interface RuleMeta {
	readonly id: string;
	readonly title: string;
	/** Default severity; `severityNote` says when it differs. */
	readonly severity: Severity;
	readonly severityNote?: string;
	/** First kernel the rule holds for, when there is one. */
	readonly since?: string;
	readonly tags?: readonly Tag[];
	/** Words one of which a file must contain for this rule to fire. */
	readonly needles: readonly string[];
	readonly fix: 'safe' | 'unsafe' | 'none';
	/** The answer depends on the kernel version: capped at information while the version is assumed. */
	readonly versioned: boolean;
}

export interface Rule {
	readonly meta: RuleMeta;
	check(file: FileContext, report: (finding: Report) => void): void;
}
