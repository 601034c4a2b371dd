import type { Finding, Located, PagePaths, Place } from '../engine.js';
import type { Kernel } from '../kernel/types.js';
import type { RuleMeta } from '../rules/rule.js';

/** Another file that findings point to. */
export interface Elsewhere {
	/** Relative to the working directory. */
	readonly path: string;
	/** As the user would type it, like that of the file with the finding. */
	readonly shown: string;
	readonly text: string;
}

/** What was not looked at. */
export interface Skip {
	/** Relative to the working directory. */
	readonly path: string;
	/** As the user would type it. */
	readonly shown: string;
	readonly reason: string;
}

/** By finding; those that are about no path have none. */
export type FindingPaths = ReadonlyMap<Finding, readonly PagePaths<Located>[]>;

/** The findings of one file. */
export interface FileReport {
	/** Relative to the working directory, with "/". */
	readonly path: string;
	/** As the user would type it. */
	readonly shown: string;
	readonly text: string;
	/** In the order of the text. */
	readonly findings: readonly Finding[];
	readonly kernel: Kernel;
	/** The paths that findings are about, where the format has them. */
	readonly paths?: FindingPaths;
	/** Findings that a conversion would end. */
	readonly conversions?: ReadonlySet<Finding>;
	/** The file a place of the findings lies in, when it is another one. */
	elsewhere(place: Place): Elsewhere;
}

/** What `check` found: the formats print it and know nothing else. */
export interface Report {
	readonly tool: { readonly name: string; readonly version: string };
	readonly rules: readonly RuleMeta[];
	/** The kernel of the first tree, or the one that was asked for. */
	readonly kernel: Kernel;
	/** Number of files analysed. */
	readonly files: number;
	readonly elapsedMs: number;
	/** Files with findings, by path. */
	readonly reports: readonly FileReport[];
	/** Every path that was named could be looked at. */
	readonly complete: boolean;
	readonly skipped: readonly Skip[];
}
