/**
 * The public face of the engine: text in, plain data out.
 * Nothing here or below touches the file system, the protocol or VS Code.
 */
import type { FileContext } from './analysis/context.js';
import { type CrossFileDependencies, type NeededHeader, NO_NEEDS } from './analysis/cross-file-dependencies.js';
import {
	allPartners,
	type Flow,
	type FlowJourney,
	type FlowWay,
	flowAt,
	flowsOf,
	type Partners,
	partnersAt,
	waysAbout,
} from './analysis/ownership/reading.js';
import { AnalysisSession, type Snapshot } from './analysis/session.js';
import { blockersOf, CONVERTING } from './conversion/blockers.js';
import { mayObject, type Objection, objections, stemOf } from './conversion/claims.js';
import { semanticPatch } from './conversion/cocci.js';
import { offers } from './conversion/convert.js';
import type { Change, Claims, Conversion, FileEdit, Offer, Refusal, Spot } from './conversion/plan.js';
import { nothingWords, type PagePaths, pagePaths } from './explain/index.js';
import { needles } from './kernel/index.js';
import type { Kernel } from './kernel/types.js';
import { PreprocessedFile } from './preprocessed.js';
import { Proof } from './proof.js';
import { applyEdits } from './rules/apply.js';
import { improves, isLessKnown, MOST_PROOF_WORK } from './rules/improves.js';
import { ruleMetas } from './rules/index.js';
import type { Fix, RuleMeta, Severity, Tag } from './rules/rule.js';
import { type Found, runRules } from './rules/run.js';
import type { Macros } from './syntax/conditions.js';
import type { FileIR, Place, Range } from './syntax/ir.js';
import { CParser } from './syntax/parser.js';
import type { Neighbour, Unit } from './syntax/unit.js';
import { auditWords } from './verdict/audited.js';
import { withFindings } from './verdict/findings.js';
import type { Site } from './verdict/site.js';
import { siteAt, sitesOf } from './verdict/sites.js';
import { WHOLE_FILE, wholeFile } from './whole-file.js';

export type {
	Change,
	Claims,
	Conversion,
	CrossFileDependencies,
	FileEdit,
	Flow,
	Macros,
	NeededHeader,
	Neighbour,
	Objection,
	Offer,
	PagePaths,
	Partners,
	Place,
	Range,
	Refusal,
	Site,
	Spot,
};
export { auditWords, CONVERTING, mayObject, NO_NEEDS, needles, semanticPatch, stemOf, WHOLE_FILE };

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
	readonly neighbours?: readonly Neighbour[];
	/** False analyses a text that names none of our words like any other. Default true. */
	readonly prefilter?: boolean;
	/** Macros as the command line of a compiler has them: they decide `#if`. Hand over the same map as long as it is the same. */
	readonly macros?: Macros;
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

/** An open document: keeps what an edit leaves valid. */
/** A macro of the module that comes to a function of the family. */
export interface MacroMeaning {
	readonly api: string;
	/** Arguments that follow are those of the function, in its order. */
	readonly hasItsArguments: boolean;
}

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
	/** Work that was done on the functions of the text so far, in the steps that limit it (syntax/effort.ts). */
	steps(text: string, options: AnalyseOptions): number;
	/** Taking calls with all that gives their pages back. */
	partners(text: string, options: AnalyseOptions): readonly Partners[];
	/** Those of the call at an offset. */
	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly Partners[];
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
	offers(text: string, options: AnalyseOptions): readonly Offer[];
	/** The same, before any conversion was tried. */
	plans(text: string, options: AnalyseOptions): readonly Offer[];
	/** One of the plans with the conversions that hold; each costs some analyses. */
	proveOffer(text: string, options: AnalyseOptions, plan: Offer): Offer;
	/** All recommended conversions of the file in one; undefined where there are not at least two. */
	wholeFile(text: string, options: AnalyseOptions): Change | undefined;
	/** Functions of files beyond the neighbours that have a hand in what a conversion changes. */
	objections(text: string, options: AnalyseOptions, claims: Claims, files: readonly Neighbour[]): readonly Objection[];
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

const NOTHING: Analysis = { findings: [], irrelevant: true, unread: [], bounded: [] };

/** Whether a fix holds, and what it cost to find out. */
interface Trial {
	readonly holds: boolean;
	readonly work: number;
}

class Opened implements OpenFile {
	private readonly parser: CParser;
	private readonly reader: AnalysisSession;
	private readonly known = new WeakMap<Snapshot, readonly Partners[]>();

	constructor(parser: CParser) {
		this.parser = parser;
		this.reader = new AnalysisSession(parser);
	}

	read(text: string, kernel: Kernel): FileIR {
		return this.reader.read(text, kernel);
	}

	analyse(text: string, options: AnalyseOptions): Analysis {
		const look = this.reader.snapshot(text, options);
		return look ? this.findings(look, text, options) : NOTHING;
	}

	private findings(look: Snapshot, text: string, options: AnalyseOptions): Analysis {
		const { context, own } = look;
		const { ir, unit } = context;
		const found = runRules(context, options.severities);
		const unread = [...new Set(own.unread)];
		this.reader.sweep();
		const fixesOf = ({ fixes = [] }: Found): readonly Fix[] =>
			fixes.filter((fix) => fix.edits.every((edit) => unit.isOwn(edit)));
		const proposed = found.map(
			(report): Finding => ({
				rule: report.rule,
				severity: report.severity,
				start: report.start,
				end: report.end,
				message: report.message,
				function: ir.around(report.start) ?? null,
				tags: report.tags ?? [],
				related: [...(report.related ?? []), ...blockersOf(context, report)].map((related) => located(unit, related)),
				fixes: options.fixes === false ? [] : fixesOf(report),
			}),
		);
		const analysis = { findings: proposed, irrelevant: false, unread, bounded: bounded(look) };
		return options.fixes === false || options.fixes === 'unproven' ? analysis : this.proven(text, options, analysis);
	}

	/** The analysis with the fixes that hold, as far as a file is worth it. */
	private proven(text: string, options: AnalyseOptions, analysis: Analysis): Analysis {
		let left = MOST_PROOF_WORK;
		const findings = analysis.findings.map((finding) => {
			if (finding.fixes.length === 0) return finding;
			const fixes = finding.fixes.filter((fix) => {
				if (left <= 0) return false;
				const { holds, work } = this.tried(text, options, analysis, finding, fix);
				left -= work;
				return holds;
			});
			return { ...finding, fixes };
		});
		return { ...analysis, findings };
	}

	prove(text: string, options: AnalyseOptions, before: Analysis, finding: Finding): readonly Fix[] {
		return finding.fixes.filter((fix) => this.tried(text, options, before, finding, fix).holds);
	}

	/** @returns `work`: characters and steps of the analysis that tried it */
	private tried(text: string, options: AnalyseOptions, before: Analysis, finding: Finding, fix: Fix): Trial {
		const copy = new Opened(this.parser);
		const changed = applyEdits(text, fix.edits);
		const after = copy.analyse(changed, { ...options, fixes: false });
		const work = changed.length + copy.steps(changed, options);
		copy.dispose();
		const holds = !isLessKnown(before, after) && improves(before.findings, after.findings, finding, fix.edits);
		return { holds, work };
	}

	steps(text: string, options: AnalyseOptions): number {
		return this.reader.snapshot(text, options)?.context.ir.effort.steps ?? 0;
	}

	audit(text: string, options: AnalyseOptions): Audit {
		const look = this.reader.snapshot(text, options);
		if (!look) return { ...NOTHING, sites: [] };
		const analysis = this.findings(look, text, options);
		const sites = sitesOf(look.context).map((site) => withFindings(site, analysis.findings));
		return { ...analysis, bounded: bounded(look), sites };
	}

	macroAt(): undefined {
		return undefined;
	}

	siteAt(text: string, options: AnalyseOptions, { findings }: Analysis, offset: number): Site | undefined {
		const look = this.reader.snapshot(text, options);
		const site = look && siteAt(look.context, offset);
		return site && withFindings(site, findings);
	}

	needs(text: string, options: AnalyseOptions): CrossFileDependencies {
		return this.reader.snapshot(text, options)?.needs ?? NO_NEEDS;
	}

	partners(text: string, options: AnalyseOptions): readonly Partners[] {
		const last = this.reader.snapshot(text, options);
		if (!last) return [];
		const partners = this.known.get(last) ?? allPartners(last.context);
		this.known.set(last, partners);
		return partners;
	}

	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly Partners[] {
		return partnersAt(this.partners(text, options), offset);
	}

	flow(text: string, options: AnalyseOptions, line: number): Flow | undefined {
		const last = this.reader.snapshot(text, options);
		return last && flowAt(last.context, line);
	}

	paths(text: string, options: AnalyseOptions, line: number, about?: Finding): PathsReport {
		const last = this.reader.snapshot(text, options);
		const flow = last && flowAt(last.context, line, true);
		if (!last || !flow || flow.journeys.length === 0)
			return { function: flow?.function, onLine: false, pages: [], nothing: nothingWords(flow) };
		const chosen = about && waysAbout(flow.journeys, about);
		const isOfFinding = (way: FlowWay): boolean => chosen?.has(way) === true;
		const pages = flow.journeys.map((journey) => told(last.context, journey, isOfFinding));
		return { function: flow.function, onLine: flow.onLine, pages };
	}

	pathsOf(text: string, options: AnalyseOptions, finding: Finding): readonly PagePaths<Located>[] {
		const context = this.reader.snapshot(text, options)?.context;
		return context ? flowsOf(context, finding).map((journey) => told(context, journey, () => true)) : [];
	}

	offers(text: string, options: AnalyseOptions): readonly Offer[] {
		const proof = this.proof(text, options);
		return this.plans(text, options).map((plan) => proof.proven(plan));
	}

	plans(text: string, options: AnalyseOptions): readonly Offer[] {
		const context = this.reader.snapshot(text, options)?.context;
		return context ? offers(context) : [];
	}

	proveOffer(text: string, options: AnalyseOptions, plan: Offer): Offer {
		return this.proof(text, options).proven(plan);
	}

	private proof(text: string, options: AnalyseOptions): Proof {
		const object = (claims: Claims) => this.objections(text, options, claims, []);
		return new Proof(() => new Opened(this.parser), text, options, object);
	}

	wholeFile(text: string, options: AnalyseOptions): Change | undefined {
		return wholeFile(() => new Opened(this.parser), text, options);
	}

	objections(text: string, options: AnalyseOptions, claims: Claims, files: readonly Neighbour[]): readonly Objection[] {
		const ir = this.reader.snapshot(text, options)?.context.ir;
		if (!ir) return [];
		return objections(claims, [...(options.neighbours ?? []), ...files], ir.defined, options.kernel.version);
	}

	dispose(): void {
		this.reader.dispose();
	}
}

/** Functions of the file's own text that were not followed to the end. */
function bounded({ context, own }: Snapshot): readonly string[] {
	const names = new Set([...context.ownership.bounded, ...context.ir.effort.givenUp]);
	return [...names].filter((name) => own.defined.has(name));
}

function told(file: FileContext, journey: FlowJourney, isOfFinding: (way: FlowWay) => boolean): PagePaths<Located> {
	const { unit } = file;
	const locate = ({ start, end }: Range): Located => {
		const place = unit.placeOf(start);
		const until = place && unit.placeOf(end);
		return { start, end, ...(place && { place }), ...(until && { until }) };
	};
	return pagePaths(journey, { slice: (range) => file.slice(range), locate }, isOfFinding);
}

/** A place of the unit as one of a file. */
function located(unit: Unit, { start, end, message }: Range & { readonly message: string }): RelatedPlace {
	const place = unit.placeOf(start);
	return place ? { start, end, message, place } : { start, end, message };
}

/** Load once per process or worker; afterwards everything is synchronous. */
export async function loadEngine(wasm: WasmFiles): Promise<Engine> {
	const parser = await CParser.load(wasm.core, wasm.grammar);
	const open = (): OpenFile => new PreprocessedFile(() => new Opened(parser));
	return {
		rules: ruleMetas,
		open,
		audit(text, options) {
			const file = open();
			try {
				return file.audit(text, options);
			} finally {
				file.dispose();
			}
		},
		needs(text, options) {
			const file = open();
			try {
				return file.needs(text, options);
			} finally {
				file.dispose();
			}
		},
		analyse(text, options) {
			const file = open();
			try {
				return file.analyse(text, options);
			} finally {
				file.dispose();
			}
		},
		read(text, kernel) {
			const file = new Opened(parser);
			try {
				return file.read(text, kernel);
			} finally {
				file.dispose();
			}
		},
	};
}
