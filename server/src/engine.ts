/**
 * The public face of the engine: text in, plain data out.
 * Nothing here or below touches the file system, the protocol or VS Code.
 */

import type { FileContext } from './analysis/context.js';
import { type CrossFileDependencies, type NeededHeader, NO_NEEDS } from './analysis/cross-file-dependencies.js';
import { ownershipOf } from './analysis/ownership/ownership.js';
import {
	type AcquireReleasePairs,
	allPairs,
	type Flow,
	type FlowLifecycle,
	type FlowPath,
	flowAt,
	flowsOf,
	pairsAt,
	waysAbout,
} from './analysis/ownership/presentation.js';
import { AnalysisSession, type Snapshot } from './analysis/session.js';
import { type AssumptionViolation, mayViolate, stemOf, violationsOf } from './conversion/assumptions.js';
import { blockersOf, CONVERTING } from './conversion/blockers.js';
import { semanticPatch } from './conversion/cocci.js';
import { offers } from './conversion/convert.js';
import { drafts } from './conversion/drafts.js';
import type {
	Assumptions,
	BlockerLocation,
	Change,
	Conversion,
	ConversionOffer,
	Draft,
	FileEdit,
	Refusal,
} from './conversion/plan.js';
import { ConversionVerifier } from './conversion-verifier.js';
import type {
	AnalyseOptions,
	Analysis,
	Audit,
	Engine,
	Finding,
	Located,
	OpenFile,
	PathsReport,
	RelatedPlace,
	WasmFiles,
} from './engine-types.js';
import { nothingWords, type PagePaths, pagePaths } from './explain/index.js';
import { needles } from './kernel/index.js';
import type { Kernel } from './kernel/types.js';
import { PreprocessedFile } from './preprocessed.js';
import { applyEdits } from './rules/apply.js';
import { isLessKnown, MOST_PROOF_WORK, verifiesFix } from './rules/fix-verification.js';
import { ruleMetas } from './rules/index.js';
import type { Fix } from './rules/rule.js';
import { type Found, runRules } from './rules/run.js';
import type { Macros } from './syntax/conditions.js';
import type { FileIR, Place, Range } from './syntax/ir.js';
import type { LinkedUnit, SiblingFile } from './syntax/linked-unit.js';
import { CParser } from './syntax/parser.js';
import type { StandIns } from './syntax/preprocess/stand-ins.js';
import { auditWords } from './verdict/audited.js';
import { withFindings } from './verdict/findings.js';
import type { Site } from './verdict/site.js';
import { siteAt, sitesOf } from './verdict/sites.js';
import { WHOLE_FILE, wholeFile } from './whole-file.js';

export type * from './engine-types.js';
export type {
	AcquireReleasePairs as Partners,
	Assumptions as Claims,
	AssumptionViolation as Objection,
	BlockerLocation as Spot,
	Change,
	Conversion,
	ConversionOffer as Offer,
	CrossFileDependencies,
	Draft,
	FileEdit,
	Flow,
	Macros,
	NeededHeader,
	PagePaths,
	Place,
	Range,
	Refusal,
	SiblingFile as Neighbour,
	Site,
	StandIns,
};
export { auditWords, CONVERTING, mayViolate as mayObject, NO_NEEDS, needles, semanticPatch, stemOf, WHOLE_FILE };

const NOTHING: Analysis = { findings: [], irrelevant: true, unread: [], bounded: [] };

/** Whether a fix holds, and what it cost to find out. */
interface Trial {
	readonly holds: boolean;
	readonly work: number;
}

class Opened implements OpenFile {
	private readonly parser: CParser;
	private readonly reader: AnalysisSession;
	private readonly known = new WeakMap<Snapshot, readonly AcquireReleasePairs[]>();

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
		const work = changed.length + copy.steps;
		copy.dispose();
		const holds = !isLessKnown(before, after) && verifiesFix(before.findings, after.findings, finding, fix.edits);
		return { holds, work };
	}

	get steps(): number {
		return this.reader.steps;
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

	partners(text: string, options: AnalyseOptions): readonly AcquireReleasePairs[] {
		const last = this.reader.snapshot(text, options);
		if (!last) return [];
		const partners = this.known.get(last) ?? allPairs(last.context);
		this.known.set(last, partners);
		return partners;
	}

	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly AcquireReleasePairs[] {
		return pairsAt(this.partners(text, options), offset);
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
		const isOfFinding = (way: FlowPath): boolean => chosen?.has(way) === true;
		const pages = flow.journeys.map((journey) => told(last.context, journey, isOfFinding));
		return { function: flow.function, onLine: flow.onLine, pages };
	}

	pathsOf(text: string, options: AnalyseOptions, finding: Finding): readonly PagePaths<Located>[] {
		const context = this.reader.snapshot(text, options)?.context;
		return context ? flowsOf(context, finding).map((journey) => told(context, journey, () => true)) : [];
	}

	offers(text: string, options: AnalyseOptions): readonly ConversionOffer[] {
		const proof = this.proof(text, options);
		return this.plans(text, options).map((plan) => proof.proven(plan));
	}

	plans(text: string, options: AnalyseOptions): readonly ConversionOffer[] {
		const context = this.reader.snapshot(text, options)?.context;
		return context ? offers(context) : [];
	}

	proveOffer(text: string, options: AnalyseOptions, plan: ConversionOffer): ConversionOffer {
		return this.proof(text, options).proven(plan);
	}

	drafts(text: string, options: AnalyseOptions): readonly Draft[] {
		const context = this.reader.snapshot(text, options)?.context;
		const proof = this.proof(text, options);
		return context ? drafts(context).filter((draft) => proof.holds(draft)) : [];
	}

	private proof(text: string, options: AnalyseOptions): ConversionVerifier {
		const object = (claims: Assumptions) => this.objections(text, options, claims, []);
		return new ConversionVerifier(() => new Opened(this.parser), text, options, object);
	}

	wholeFile(text: string, options: AnalyseOptions): Change | undefined {
		return wholeFile(() => new Opened(this.parser), text, options);
	}

	objections(
		text: string,
		options: AnalyseOptions,
		claims: Assumptions,
		files: readonly SiblingFile[],
	): readonly AssumptionViolation[] {
		const ir = this.reader.snapshot(text, options)?.context.ir;
		if (!ir) return [];
		return violationsOf(claims, [...(options.neighbours ?? []), ...files], ir.defined, options.kernel.version);
	}

	dispose(): void {
		this.reader.dispose();
	}
}

/** Functions of the file's own text that were not followed to the end. */
function bounded({ context, own }: Snapshot): readonly string[] {
	const names = new Set([...ownershipOf(context).bounded, ...context.ir.effort.givenUp]);
	return [...names].filter((name) => own.defined.has(name));
}

function told(file: FileContext, journey: FlowLifecycle, isOfFinding: (way: FlowPath) => boolean): PagePaths<Located> {
	const { unit } = file;
	const locate = ({ start, end }: Range): Located => {
		const place = unit.placeOf(start);
		const until = place && unit.placeOf(end);
		return { start, end, ...(place && { place }), ...(until && { until }) };
	};
	return pagePaths(journey, { slice: (range) => file.slice(range), locate }, isOfFinding);
}

/** A place of the unit as one of a file. */
function located(unit: LinkedUnit, { start, end, message }: Range & { readonly message: string }): RelatedPlace {
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
