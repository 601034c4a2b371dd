/**
 * The public face of the engine: text in, plain data out.
 * Nothing here or below touches the file system, the protocol or VS Code.
 */
import { type FileContext, fileContext } from './analysis/context.js';
import { Linker } from './analysis/linker.js';
import { type Needs, NO_NEEDS, needsOf } from './analysis/needs.js';
import { allPartners, type Flow, flowAt, type Partners, partnersAt } from './analysis/ownership/reading.js';
import { mayObject, type Objection, objections } from './conversion/claims.js';
import { semanticPatch } from './conversion/cocci.js';
import { offers } from './conversion/convert.js';
import type { Claims, Conversion, FileEdit, Offer, Refusal, Spot } from './conversion/plan.js';
import { API_RECORDS } from './kernel/apis/index.js';
import { needles } from './kernel/index.js';
import type { Kernel } from './kernel/types.js';
import { applyEdits } from './rules/apply.js';
import { ruleMetas } from './rules/index.js';
import type { Edit, Fix, RuleMeta, Severity, Tag } from './rules/rule.js';
import { runRules } from './rules/run.js';
import type { FileIR, Place, Range } from './syntax/ir.js';
import { CParser } from './syntax/parser.js';
import { SourceFile } from './syntax/source-file.js';
import { type Neighbour, type Piece, Unit } from './syntax/unit.js';
import { auditWords } from './verdict/audited.js';
import { withFindings } from './verdict/findings.js';
import type { Site } from './verdict/site.js';
import { sitesOf } from './verdict/sites.js';

export type {
	Claims,
	Conversion,
	FileEdit,
	Flow,
	Needs,
	Neighbour,
	Objection,
	Offer,
	Partners,
	Place,
	Range,
	Refusal,
	Site,
	Spot,
};
export { auditWords, mayObject, NO_NEEDS, needles, semanticPatch };

/** A place that belongs to a finding: in the file itself, or in another one when `place` is there. */
export interface RelatedPlace extends Range {
	readonly message: string;
	readonly place?: Place;
}

export interface Finding extends Range {
	readonly rule: string;
	readonly severity: Severity;
	readonly message: string;
	/** Name of the enclosing function, null outside one. */
	readonly function: string | null;
	readonly tags: readonly Tag[];
	/** Fixes that were applied to a copy and analysed again: the finding is gone, nothing new appeared. */
	readonly fixes: readonly Fix[];
	readonly related: readonly RelatedPlace[];
}

export interface AnalyseOptions {
	/** Path relative to the kernel tree root where there is a tree, else as the user gave it; "/" separators. */
	readonly path: string;
	readonly kernel: Kernel;
	/** Rule id -> severity or "off". */
	readonly severities?: Readonly<Record<string, Severity | 'off'>>;
	/** False leaves the fixes out: each costs a second analysis. Default true. */
	readonly fixes?: boolean;
	/** False leaves the curated table of known users out: evidence alone decides. Default true. */
	readonly knownUsers?: boolean;
	/** Other files of the tree that may have what `needs` names. Hand over the same objects as long as they are the same. */
	readonly neighbours?: readonly Neighbour[];
	/** False analyses a text that names none of our words like any other. Default true. */
	readonly prefilter?: boolean;
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
export interface OpenFile {
	/** Analyse the new text; what did not change since the last call is not parsed again. */
	analyse(text: string, options: AnalyseOptions): Analysis;
	/** The analysis, and the verdict on each site. */
	audit(text: string, options: AnalyseOptions): Audit;
	/** What other files would have to say, beyond what the neighbours say; cheap beside an analysis. */
	needs(text: string, options: AnalyseOptions): Needs;
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
	 * What can be done about the sites whose verdict is to convert. Each conversion was applied to copies of all files it
	 * touches: the verdict is `ok` afterwards, nothing new is found, and no function became unreadable.
	 */
	offers(text: string, options: AnalyseOptions): readonly Offer[];
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
	needs(text: string, options: AnalyseOptions): Needs;
	open(): OpenFile;
	/** The function IR of a text, for tools that look below the findings. */
	read(text: string, kernel: Kernel): FileIR;
}

/** Characters that may be analysed again to prove the fixes of one file: some 100 fixes of a large driver, one of a table of 5 MB. */
const MOST_PROOF_TEXT = 5_000_000;

const NOTHING: Analysis = { findings: [], irrelevant: true, unread: [], bounded: [] };

/** Words that are everywhere in the kernel: they matter only in functions that name the family as well. */
const EVERYWHERE = new Set(['release', 'dirty', 'helper']);

/** Every word that makes a function worth reading. */
const WORDS = new RegExp(
	`\\b(?:FOLL_[A-Z]|${API_RECORDS.filter(
		({ name, group }) => !EVERYWHERE.has(group) || needles.some((needle) => name.includes(needle)),
	)
		.map(({ name }) => `${name}\\b`)
		.join('|')})`,
	'g',
);

/** The text names none of our words. */
function isIrrelevant(text: string): boolean {
	return !needles.some((needle) => text.includes(needle));
}

/** Rounds in which functions of other files ask for further ones. */
const LINK_ROUNDS = 3;

/** What a text was read as: the next question is mostly about the same one. */
interface Look {
	readonly text: string;
	readonly options: AnalyseOptions;
	readonly context: FileContext;
	/** The file alone. */
	readonly own: FileIR;
	readonly needs: Needs;
	partners: readonly Partners[] | undefined;
}

/** A file by itself, and by what it was read. */
interface Alone {
	readonly text: string;
	readonly path: string;
	readonly kernel: Kernel;
	readonly knownUsers: boolean;
	readonly context: FileContext;
	readonly needs: Needs;
}

class Opened implements OpenFile {
	private readonly parser: CParser;
	private readonly source: SourceFile;
	private last: Look | undefined;
	private alone: Alone | undefined;

	constructor(parser: CParser) {
		this.parser = parser;
		this.source = new SourceFile(parser);
	}

	read(text: string, kernel: Kernel): FileIR {
		return this.source.read(text, kernel.version, WORDS);
	}

	analyse(text: string, options: AnalyseOptions): Analysis {
		const look = this.look(text, options);
		if (!look) return NOTHING;
		const { context, own } = look;
		const { ir, unit } = context;
		const found = runRules(context, options.severities);
		const bounded = context.ownership.bounded.filter((name) => own.defined.has(name));
		this.source.sweep();
		let proofs = options.fixes === false ? 0 : Math.ceil(MOST_PROOF_TEXT / (text.length + 1));
		const bare = found.map(
			(report): Finding => ({
				rule: report.rule,
				severity: report.severity,
				start: report.start,
				end: report.end,
				message: report.message,
				function: ir.around(report.start) ?? null,
				tags: report.tags ?? [],
				related: (report.related ?? []).map((related) => located(unit, related)),
				fixes: [],
			}),
		);
		const findings = bare.map((finding, i) => {
			const fixes = (found[i]?.fixes ?? []).filter((fix) => fix.edits.every((edit) => unit.isOwn(edit)));
			return fixes.length > 0 && proofs-- > 0
				? { ...finding, fixes: this.proven(text, options, fixes, finding, bare, own.unread.length) }
				: finding;
		});
		return { findings, irrelevant: false, unread: [...new Set(own.unread)], bounded };
	}

	audit(text: string, options: AnalyseOptions): Audit {
		const context = this.look(text, options)?.context;
		const analysis = this.analyse(text, options);
		const sites = context ? sitesOf(context).map((site) => withFindings(site, analysis.findings)) : [];
		return { ...analysis, sites };
	}

	needs(text: string, options: AnalyseOptions): Needs {
		return this.look(text, options)?.needs ?? NO_NEEDS;
	}

	partners(text: string, options: AnalyseOptions): readonly Partners[] {
		const last = this.look(text, options);
		if (!last) return [];
		last.partners ??= allPartners(last.context);
		return last.partners;
	}

	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly Partners[] {
		return partnersAt(this.partners(text, options), offset);
	}

	flow(text: string, options: AnalyseOptions, line: number): Flow | undefined {
		const last = this.look(text, options);
		return last && flowAt(last.context, line);
	}

	offers(text: string, options: AnalyseOptions): readonly Offer[] {
		const context = this.look(text, options)?.context;
		const found = context ? offers(context) : [];
		const proof = new Proof(this.parser, text, options);
		return found.map((offer) => proof.proven(offer, (claims) => this.objections(text, options, claims, [])));
	}

	objections(text: string, options: AnalyseOptions, claims: Claims, files: readonly Neighbour[]): readonly Objection[] {
		const ir = this.look(text, options)?.context.ir;
		if (!ir) return [];
		return objections(claims, [...(options.neighbours ?? []), ...files], ir.defined, options.kernel.version);
	}

	/** The text read, and what is known of it so far; undefined for one that names none of our words. */
	private look(text: string, options: AnalyseOptions): Look | undefined {
		const { last } = this;
		const { path, kernel, neighbours } = options;
		if (
			last?.text === text &&
			last.options.path === path &&
			last.options.kernel === kernel &&
			(last.options.knownUsers ?? true) === (options.knownUsers ?? true) &&
			sameNeighbours(last.options.neighbours, neighbours)
		)
			return last;
		this.last = undefined;
		if (options.prefilter === false || !isIrrelevant(text)) this.last = this.link(text, options);
		else {
			this.alone = undefined;
			this.source.dispose();
		}
		return this.last;
	}

	/** The file by itself: the same for all neighbours. */
	private itself(text: string, { path, kernel, knownUsers = true }: AnalyseOptions): Alone {
		const { alone } = this;
		if (alone?.text === text && alone.path === path && alone.kernel === kernel && alone.knownUsers === knownUsers)
			return alone;
		const context = fileContext(path, new Unit(text, []), kernel, this.read(text, kernel), knownUsers);
		this.alone = { text, path, kernel, knownUsers, context, needs: needsOf(context) };
		return this.alone;
	}

	/** Find what the text needs of other files and what that needs in its turn; all of it is read together when it is asked for. */
	private link(text: string, options: AnalyseOptions): Look {
		const { path, kernel, neighbours = [], knownUsers } = options;
		const alone = this.itself(text, options);
		const own = alone.context.ir;
		const linker = new Linker(text, own, kernel, neighbours);
		let { needs } = alone;
		let pieces = linker.add(needs);
		for (let round = 1; round < LINK_ROUNDS && pieces.length > 0; round++) {
			const further = this.needsOfPieces(pieces, options, linker);
			needs = without(joined(needs, further), linker);
			pieces = linker.add(further);
		}
		let whole: FileContext | undefined;
		const together = (): FileContext => {
			if (linker.pieces.length === 0) return alone.context;
			const unit = new Unit(text, linker.pieces);
			return fileContext(path, unit, kernel, this.read(unit.text, kernel), knownUsers);
		};
		return {
			text,
			options,
			own,
			needs: without(needs, linker),
			partners: undefined,
			get context() {
				whole ??= together();
				return whole;
			},
		};
	}

	private needsOfPieces(pieces: readonly Piece[], { path, kernel }: AnalyseOptions, linker: Linker): Needs {
		const unit = new Unit('', pieces);
		const source = new SourceFile(this.parser);
		const ir = source.read(unit.text, kernel.version, WORDS);
		const needs = needsOf(fileContext(path, unit, kernel, ir), ir.defined);
		source.dispose();
		return without(needs, linker);
	}

	/** Fixes after which this finding is gone, no other has come and no function became unreadable. */
	private proven(
		text: string,
		options: AnalyseOptions,
		fixes: readonly Fix[],
		finding: Finding,
		before: readonly Finding[],
		unread: number,
	): readonly Fix[] {
		return fixes.filter((fix) => {
			const copy = new Opened(this.parser);
			const after = copy.analyse(applyEdits(text, fix.edits), { ...options, fixes: false });
			copy.dispose();
			return after.unread.length <= unread && improves(before, after.findings, finding, fix.edits);
		});
	}

	dispose(): void {
		this.last = undefined;
		this.alone = undefined;
		this.source.dispose();
	}
}

/** Applies conversions to copies of the files and looks at what comes of it. */
class Proof {
	private readonly parser: CParser;
	private readonly text: string;
	private readonly options: AnalyseOptions;

	constructor(parser: CParser, text: string, options: AnalyseOptions) {
		this.parser = parser;
		this.text = text;
		this.options = options;
	}

	/** The offer with the conversions that hold; a refusal when none does. */
	proven(offer: Offer, object: (claims: Claims) => readonly Objection[]): Offer {
		if (offer.refusal) return offer;
		let refusal: Refusal | undefined;
		const holding = offer.conversions.filter((conversion) => {
			const [objection] = object(conversion.claims);
			const reason = objection
				? `${objection.name}() of ${objection.path} ${objection.why}`
				: this.failure(conversion, offer.sites);
			if (reason !== undefined) refusal ??= { reason, places: [] };
			return reason === undefined;
		});
		return { ...offer, conversions: holding, refusal: holding.length > 0 ? undefined : refusal };
	}

	/** What is wrong after the conversion; undefined when nothing is. */
	private failure({ edits, longterm }: Conversion, sites: readonly Range[]): string | undefined {
		const { path, neighbours = [] } = this.options;
		const own = { path, text: this.text };
		const before = [own, ...neighbours];
		const after = before.map((file) => {
			const mine = edits.filter((edit) => (edit.path ?? path) === file.path);
			return mine.length === 0 ? file : { path: file.path, text: applyEdits(file.text, mine) };
		});
		for (const [i, file] of after.entries()) {
			const old = before[i];
			if (!old || old === file) continue;
			const was = this.audit(old, before);
			const is = this.audit(file, after);
			if (is.unread.length > was.unread.length) return `${file.path} could not be read afterwards`;
			const fresh = newFinding(was.findings, is.findings, longterm);
			if (fresh) return `it would bring a finding of ${fresh.rule}: ${fresh.message}`;
		}
		const [mine] = after;
		const left =
			mine &&
			this.audit(mine, after).sites.find(
				// a bug that was there before is no matter of the conversion
				({ verdict, start }) =>
					verdict !== 'ok' &&
					verdict !== 'bug' &&
					sites.some(
						(site) =>
							moved(
								site,
								edits.filter((edit) => edit.path === undefined),
							).start === start,
					),
			);
		return left && `the site would be ${left.verdict} afterwards`;
	}

	private audit(file: Neighbour, all: readonly Neighbour[]): Audit {
		const opened = new Opened(this.parser);
		const neighbours = all.filter((other) => other.path !== file.path);
		const found = opened.audit(file.text, { ...this.options, path: file.path, fixes: false, neighbours });
		opened.dispose();
		return found;
	}
}

/** A pin that is not for long says so by its choice; no conversion takes a dirtying away, so what is missing was missing before. */
function isKnown({ rule }: Finding, longterm: boolean): boolean {
	return rule === 'dirty-missing' || (rule === 'pin-without-longterm' && !longterm);
}

/** A finding that some function has one more of. */
function newFinding(before: readonly Finding[], after: readonly Finding[], longterm: boolean): Finding | undefined {
	const left = new Map<string, number>();
	for (const finding of before) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	return after.find((finding) => {
		const count = (left.get(kind(finding)) ?? 0) - 1;
		left.set(kind(finding), count);
		return count < 0 && !isKnown(finding, longterm);
	});
}

function sameNeighbours(a: readonly Neighbour[] = [], b: readonly Neighbour[] = []): boolean {
	return a === b || (a.length === b.length && a.every((neighbour, i) => neighbour === b[i]));
}

/** A place of the unit as one of a file. */
function located(unit: Unit, { start, end, message }: Range & { readonly message: string }): RelatedPlace {
	const place = unit.placeOf(start);
	return place ? { start, end, message, place } : { start, end, message };
}

function joined(a: Needs, b: Needs): Needs {
	return { functions: [...a.functions, ...b.functions], fields: [...a.fields, ...b.fields] };
}

/** Needs that are not met yet. */
function without({ functions, fields }: Needs, linker: Linker): Needs {
	return { functions: functions.filter(({ name }) => !linker.isDefined(name)), fields };
}

function kind({ rule, function: name }: { readonly rule: string; readonly function: string | null }): string {
	return `${rule} ${name ?? ''}`;
}

/** Where the start of a finding lies after edits: a range, because an edit may have replaced it. */
function moved(at: Range, edits: readonly Edit[]): Range {
	let shift = 0;
	for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
		const grown = edit.text.length - (edit.end - edit.start);
		if (edit.start <= at.start && edit.end > at.start)
			return { start: edit.start + shift, end: edit.start + shift + edit.text.length };
		if (edit.end <= at.start) shift += grown;
	}
	return { start: at.start + shift, end: at.start + shift };
}

/** The finding is gone from its place, and no function has a finding more of any rule. */
function improves(
	before: readonly Finding[],
	after: readonly Finding[],
	gone: Finding,
	edits: readonly Edit[],
): boolean {
	const place = moved(gone, edits);
	if (after.some((f) => f.rule === gone.rule && f.start >= place.start && f.start <= place.end)) return false;
	const left = new Map<string, number>();
	for (const finding of before) left.set(kind(finding), (left.get(kind(finding)) ?? 0) + 1);
	left.set(kind(gone), (left.get(kind(gone)) ?? 0) - 1);
	for (const finding of after) left.set(kind(finding), (left.get(kind(finding)) ?? 0) - 1);
	return [...left.values()].every((count) => count >= 0);
}

/** Load once per process or worker; afterwards everything is synchronous. */
export async function loadEngine(wasm: WasmFiles): Promise<Engine> {
	const parser = await CParser.load(wasm.core, wasm.grammar);
	return {
		rules: ruleMetas,
		open: () => new Opened(parser),
		audit(text, options) {
			const file = new Opened(parser);
			try {
				return file.audit(text, options);
			} finally {
				file.dispose();
			}
		},
		needs(text, options) {
			const file = new Opened(parser);
			try {
				return file.needs(text, options);
			} finally {
				file.dispose();
			}
		},
		analyse(text, options) {
			const file = new Opened(parser);
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
