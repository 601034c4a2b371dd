/** What goes into the engine and what comes out: plain data. */
import type { CrossFileDependencies } from './analysis/cross-file-dependencies.js';
import type { AcquireReleasePairs, Flow } from './analysis/ownership/presentation.js';
import type { AssumptionViolation } from './conversion/assumptions.js';
import type { Assumptions, Change, ConversionOffer, Draft } from './conversion/plan.js';
import type { PagePaths } from './explain/index.js';
import type { Kernel } from './kernel/types.js';
import type { Fix, RuleMeta, Severity, Tag } from './rules/rule.js';
import type { Macros } from './syntax/conditions.js';
import type { FileIR, Place, Range } from './syntax/ir.js';
import type { SiblingFile } from './syntax/linked-unit.js';
import type { StandIns } from './syntax/preprocess/stand-ins.js';
import type { Site } from './verdict/site.js';

/** A place that belongs to a finding: in the file itself, or in another one when `place` is there. */
export interface RelatedPlace extends Range {
	readonly message: string;
	readonly place?: Place;
}

/** A range of the file itself, or of another one, when `place` and `until` tell where it starts and ends there. */
export interface Located extends Range {
	readonly place?: Place;
	readonly until?: Place;
}

/** The paths of pages that a line has to do with. */
export interface PathsReport {
	/** The function around the line. */
	readonly function: string | undefined;
	/** A call that takes pages stands on the line itself. */
	readonly onLine: boolean;
	readonly pages: readonly PagePaths<Located>[];
	/** In words why there are none. */
	readonly nothing?: string;
}

export interface Finding extends Range {
	readonly rule: string;
	readonly severity: Severity;
	readonly message: string;
	/** Name of the enclosing function, null outside one. */
	readonly function: string | null;
	readonly tags: readonly Tag[];
	/** Fixes that were applied to a copy and analysed again: the finding is gone, nothing new appeared. Unproven ones where asked for. */
	readonly fixes: readonly Fix[];
	readonly related: readonly RelatedPlace[];
}

export interface AnalyseOptions {
	/** Path relative to the kernel tree root where there is a tree, else as the user gave it; "/" separators. */
	readonly path: string;
	readonly kernel: Kernel;
	/** Rule id -> severity or "off". */
	readonly severities?: Readonly<Record<string, Severity | 'off'>>;
	/**
	 * False leaves the fixes out: each costs a second analysis. 'unproven' gives them as the rules propose them, for `prove`.
	 * Default true.
	 */
	readonly fixes?: boolean | 'unproven';
	/** False leaves the curated table of known users out: evidence alone decides. Default true. */
	readonly knownUsers?: boolean;
	/** Other files of the tree that may have what `needs` names. Hand over the same objects as long as they are the same. */
	readonly neighbours?: readonly SiblingFile[];
	/** False analyses a text that names none of our words like any other. Default true. */
	readonly prefilter?: boolean;
	/** Macros as the command line of a compiler has them: they decide `#if`. Hand over the same map as long as it is the same. */
	readonly macros?: Macros;
	/** Macros and functions that stand for others. Hand over the same list as long as it is the same. */
	readonly standIns?: StandIns;
	/** The file is of a module outside a tree: driver code, whatever its folders are called. */
	readonly isModule?: boolean;
	/** Parts of the text that may be for other kernels. */
	readonly uncertain?: readonly Range[];
}

export interface Analysis {
	readonly findings: readonly Finding[];
	/** The file names none of our words and was not parsed. */
	readonly irrelevant: boolean;
	/** Functions that name the family but could not be read (half-typed code, endless nesting), by name. */
	readonly unread: readonly string[];
	/** Functions with more paths than are followed: the rules about ownership say nothing of them. By name. */
	readonly bounded: readonly string[];
}

/** The analysis of a file with a verdict on each call that takes references on user pages. */
export interface Audit extends Analysis {
	/** In the order of the text. */
	readonly sites: readonly Site[];
}

/** A macro of the module that comes to a function of the family. */
export interface MacroMeaning {
	readonly api: string;
	/** Arguments that follow are those of the function, in its order. */
	readonly hasItsArguments: boolean;
}

/** An open document: keeps what an edit leaves valid. */
export interface OpenFile {
	/** Analyse the new text; what did not change since the last call is not parsed again. */
	analyse(text: string, options: AnalyseOptions): Analysis;
	/** The analysis, and the verdict on each site. */
	audit(text: string, options: AnalyseOptions): Audit;
	/** The site whose function is named at an offset. @param analysis of this very text */
	siteAt(text: string, options: AnalyseOptions, analysis: Analysis, offset: number): Site | undefined;
	/** What the macro named at an offset stands for. */
	macroAt(text: string, options: AnalyseOptions, offset: number): MacroMeaning | undefined;
	/** Those of the unproven fixes of a finding that hold; each costs an analysis. @param analysis of this very text */
	prove(text: string, options: AnalyseOptions, analysis: Analysis, finding: Finding): readonly Fix[];
	/** What other files would have to say, beyond what the neighbours say; cheap beside an analysis. */
	needs(text: string, options: AnalyseOptions): CrossFileDependencies;
	/** Work that was done on the functions of the text of the last question, in the steps that limit it (syntax/effort.ts). */
	readonly steps: number;
	/** Taking calls with all that gives their pages back. */
	partners(text: string, options: AnalyseOptions): readonly AcquireReleasePairs[];
	/** Those of the call at an offset. */
	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly AcquireReleasePairs[];
	/**
	 * The paths of the pages that are taken on a line (from 1), else in the function around it.
	 * @returns undefined for a file that names none of our words
	 */
	flow(text: string, options: AnalyseOptions, line: number): Flow | undefined;
	/**
	 * The same as typed steps with the state of the pages at each, in every file that is seen; also for a line that releases them.
	 * @param about a finding of this very text: the paths it is about are marked
	 */
	paths(text: string, options: AnalyseOptions, line: number, about?: Finding): PathsReport;
	/** The paths that a finding is about alone; none where it is about no path. */
	pathsOf(text: string, options: AnalyseOptions, finding: Finding): readonly PagePaths<Located>[];
	/**
	 * What can be done about the sites whose verdict is to convert. Each conversion was applied to copies of all files it
	 * touches: the verdict is `ok` afterwards, nothing new is found, and no function became unreadable.
	 */
	offers(text: string, options: AnalyseOptions): readonly ConversionOffer[];
	/** The same, before any conversion was tried. */
	plans(text: string, options: AnalyseOptions): readonly ConversionOffer[];
	/** For sites that are refused: conversions that a person has to decide about first, and that are never applied unasked. */
	drafts(text: string, options: AnalyseOptions): readonly Draft[];
	/** One of the plans with the conversions that hold; each costs some analyses. */
	proveOffer(text: string, options: AnalyseOptions, plan: ConversionOffer): ConversionOffer;
	/** All recommended conversions of the file in one; undefined where there are not at least two. */
	wholeFile(text: string, options: AnalyseOptions): Change | undefined;
	/** Functions of files beyond the neighbours that have a hand in what a conversion changes. */
	objections(
		text: string,
		options: AnalyseOptions,
		claims: Assumptions,
		files: readonly SiblingFile[],
	): readonly AssumptionViolation[];
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
	audit(text: string, options: AnalyseOptions): Audit;
	needs(text: string, options: AnalyseOptions): CrossFileDependencies;
	open(): OpenFile;
	/** The function IR of a text, for tools that look below the findings. */
	read(text: string, kernel: Kernel): FileIR;
}
