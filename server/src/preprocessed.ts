/** An open file whose macros and alternatives are read as the preprocessor reads them: asked and answered in its own offsets. */
import type { CrossFileDependencies, NeededHeader } from './analysis/cross-file-dependencies.js';
import type { AcquireReleasePairs, Flow } from './analysis/ownership/presentation.js';
import type { AssumptionViolation } from './conversion/assumptions.js';
import type { Assumptions, Change, ConversionOffer, Draft } from './conversion/plan.js';
import type {
	AnalyseOptions,
	Analysis,
	Audit,
	Finding,
	Located,
	MacroMeaning,
	OpenFile,
	PathsReport,
} from './engine-types.js';
import type { PagePaths } from './explain/index.js';
import { API_NAMES } from './kernel/apis/index.js';
import { needles } from './kernel/index.js';
import type { Fix } from './rules/rule.js';
import { normalised } from './syntax/include-name.js';
import type { Range } from './syntax/ir.js';
import type { SiblingFile } from './syntax/linked-unit.js';
import { memoize } from './syntax/memoize.js';
import { type MacroUse, type Preprocessed, preprocess, type Resolve } from './syntax/preprocess/preprocess.js';
import { headerFor, namesOne, type StandIns } from './syntax/preprocess/stand-ins.js';
import { isAudited } from './verdict/audited.js';
import type { Evidence, Site } from './verdict/site.js';
import { wholeFile } from './whole-file.js';

/** Code that declares or implements the family, or runs in user space: it is read as it stands. */
const OWN_GROUND = /^(?:mm|include|tools)\//;

/** Headers of the kernel by their folder. */
const KERNEL_HEADER =
	/^(?:linux|asm|asm-generic|uapi|generated|net|rdma|drm|media|scsi|sound|trace|video|xen|crypto)\//;

/** Names of `#include "..."`, and of `#include <...>` where it may be a header of the module. */
const includesOf = memoize((file: SiblingFile): readonly Pick<NeededHeader, 'name' | 'isAngled'>[] =>
	[...file.text.matchAll(/^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm)]
		.map(([, quoted, angled = '']) => ({ name: quoted ?? angled, isAngled: quoted === undefined }))
		.filter(({ name, isAngled }) => !isAngled || !KERNEL_HEADER.test(name)),
);

/** A text with what it is read by. */
interface Prepared {
	readonly text: string;
	readonly options: AnalyseOptions;
	readonly read: Preprocessed;
	/** The text that the engine reads, and what it is asked with. */
	readonly inner: { readonly text: string; readonly options: AnalyseOptions };
}

export class PreprocessedFile implements OpenFile {
	private readonly open: () => OpenFile;
	private readonly file: OpenFile;
	private last: Prepared | undefined;
	/** As the preprocessor reads them: the same list as long as nothing in it changes. */
	private neighbours: readonly SiblingFile[] | undefined;

	/** @param open a file that reads texts as they are */
	constructor(open: () => OpenFile) {
		this.open = open;
		this.file = open();
	}

	analyse(text: string, options: AnalyseOptions): Analysis {
		const prepared = this.prepared(text, options);
		const { inner } = prepared;
		return told(prepared, this.file.analyse(inner.text, inner.options));
	}

	audit(text: string, options: AnalyseOptions): Audit {
		const prepared = this.prepared(text, options);
		const { inner } = prepared;
		const audit = this.file.audit(inner.text, inner.options);
		return { ...told(prepared, audit), sites: audit.sites.map((site) => listed(prepared, site)) };
	}

	prove(text: string, options: AnalyseOptions, analysis: Analysis, finding: Finding): readonly Fix[] {
		const prepared = this.prepared(text, options);
		const { inner, read } = prepared;
		if (read.isSame) return this.file.prove(inner.text, inner.options, analysis, finding);
		const before = this.file.analyse(inner.text, { ...inner.options, fixes: 'unproven' });
		const at = inside(read, before, finding);
		return at ? fixesOf(read, this.file.prove(inner.text, inner.options, before, at)) : [];
	}

	siteAt(text: string, options: AnalyseOptions, analysis: Analysis, offset: number): Site | undefined {
		const prepared = this.prepared(text, options);
		const { inner, read } = prepared;
		if (read.isSame) return this.file.siteAt(inner.text, inner.options, analysis, offset);
		const there = read.map.forward(offset, (word) => API_NAMES.has(word));
		const site = this.file.siteAt(inner.text, inner.options, this.file.analyse(inner.text, inner.options), there);
		return site && listed(prepared, site);
	}

	macroAt(text: string, options: AnalyseOptions, offset: number): MacroMeaning | undefined {
		const use = this.prepared(text, options).read.uses.find(
			({ range }) => range.start <= offset && offset <= range.end,
		);
		const api = use && [...use.names].find((name) => API_NAMES.has(name));
		return use && api !== undefined ? { api, hasItsArguments: use.isObject } : undefined;
	}

	needs(text: string, options: AnalyseOptions): CrossFileDependencies {
		const { inner } = this.prepared(text, options);
		return { ...this.file.needs(inner.text, inner.options), headers: headersOf(text, options) };
	}

	get steps(): number {
		return this.file.steps;
	}

	partners(text: string, options: AnalyseOptions): readonly AcquireReleasePairs[] {
		const { inner, read } = this.prepared(text, options);
		return moved(read, this.file.partners(inner.text, inner.options));
	}

	partnersAt(text: string, options: AnalyseOptions, offset: number): readonly AcquireReleasePairs[] {
		const { inner, read } = this.prepared(text, options);
		const there = read.map.forward(offset, (word) => API_NAMES.has(word));
		return moved(read, this.file.partnersAt(inner.text, inner.options, there));
	}

	flow(text: string, options: AnalyseOptions, line: number): Flow | undefined {
		const { inner, read } = this.prepared(text, options);
		return moved(read, this.file.flow(inner.text, inner.options, line));
	}

	paths(text: string, options: AnalyseOptions, line: number, about?: Finding): PathsReport {
		const { inner, read } = this.prepared(text, options);
		const finding = about && this.inside(text, options, about);
		return moved(read, this.file.paths(inner.text, inner.options, line, finding));
	}

	pathsOf(text: string, options: AnalyseOptions, finding: Finding): readonly PagePaths<Located>[] {
		const { inner, read } = this.prepared(text, options);
		const at = this.inside(text, options, finding);
		return at ? moved(read, this.file.pathsOf(inner.text, inner.options, at)) : [];
	}

	offers(text: string, options: AnalyseOptions): readonly ConversionOffer[] {
		const prepared = this.prepared(text, options);
		const { inner } = prepared;
		return this.file.offers(inner.text, inner.options).map((offer) => offered(prepared, offer));
	}

	plans(text: string, options: AnalyseOptions): readonly ConversionOffer[] {
		const prepared = this.prepared(text, options);
		const { inner } = prepared;
		return this.file.plans(inner.text, inner.options).map((offer) => offered(prepared, offer));
	}

	proveOffer(text: string, options: AnalyseOptions, plan: ConversionOffer): ConversionOffer {
		const { inner, read } = this.prepared(text, options);
		if (read.isSame || plan.refusal) return this.file.proveOffer(inner.text, inner.options, plan);
		const there = this.offers(text, options);
		const [site] = plan.sites;
		return there.find(({ sites: [first] }) => first?.start === site?.start) ?? plan;
	}

	drafts(text: string, options: AnalyseOptions): readonly Draft[] {
		const { inner, read } = this.prepared(text, options);
		const isSame = inner.options.neighbours?.every(({ path, text: other }) =>
			options.neighbours?.some((one) => one.path === path && one.text === other),
		);
		// what touches a macro is no draft
		return read.isSame && isSame !== false ? this.file.drafts(inner.text, inner.options) : [];
	}

	wholeFile(text: string, options: AnalyseOptions): Change | undefined {
		const { inner, read } = this.prepared(text, options);
		if (read.isSame) return this.file.wholeFile(inner.text, inner.options);
		// each in the text as it is: what touches a macro is refused one by one
		return wholeFile(() => new PreprocessedFile(this.open), text, options);
	}

	objections(
		text: string,
		options: AnalyseOptions,
		claims: Assumptions,
		files: readonly SiblingFile[],
	): readonly AssumptionViolation[] {
		const { inner } = this.prepared(text, options);
		return this.file.objections(inner.text, inner.options, claims, files);
	}

	dispose(): void {
		this.last = undefined;
		this.neighbours = undefined;
		this.file.dispose();
	}

	/** The finding in the offsets of the text that the engine reads. */
	private inside(text: string, options: AnalyseOptions, finding: Finding): Finding | undefined {
		const { inner, read } = this.prepared(text, options);
		return read.isSame ? finding : inside(read, this.file.analyse(inner.text, inner.options), finding);
	}

	private prepared(text: string, options: AnalyseOptions): Prepared {
		const { last } = this;
		if (
			last?.text === text &&
			last.options.path === options.path &&
			last.options.kernel === options.kernel &&
			last.options.macros === options.macros &&
			last.options.standIns === options.standIns
		) {
			const isSame = areSame(last.options.neighbours ?? [], options.neighbours ?? []);
			if (isSame && last.options === options) return last;
			if (isSame) {
				const inner = { text: last.inner.text, options: { ...last.inner.options, ...sameParts(options) } };
				this.last = { ...last, options, inner };
				return this.last;
			}
		}
		this.last = this.prepare(text, options);
		return this.last;
	}

	private prepare(text: string, options: AnalyseOptions): Prepared {
		const { path, kernel, neighbours = [], standIns = [] } = options;
		const file = { path, text };
		if (!isRead(text, options)) {
			const read = preprocess({ path, text: '' }, kernel, () => undefined);
			return { text, options, read, inner: { text, options } };
		}
		const resolve = resolver(neighbours);
		const forced = neighbours.filter(({ isForced }) => isForced);
		const read = preprocess(file, kernel, resolve, [...headerFor(text, standIns), ...forced]);
		const others = this.around(neighbours, read, kernel, standIns);
		const uncertain = read.chosen.map(({ start, end }) => ({
			start: read.map.forward(start, never),
			end: read.map.forward(end, never),
		}));
		const inner = { ...options, neighbours: others, ...(uncertain.length > 0 && { uncertain }) };
		return { text, options, read, inner: { text: read.map.text, options: inner } };
	}

	/** The other files, read in the same way. */
	private around(
		neighbours: readonly SiblingFile[],
		{ headers }: Preprocessed,
		kernel: AnalyseOptions['kernel'],
		standIns: StandIns,
	): readonly SiblingFile[] {
		const read = neighbours.map((neighbour) => {
			const header = headers.get(neighbour);
			if (header) return asIncluded(header);
			return neighbour.path.endsWith('.h') ? neighbour : asRead(neighbour, neighbours, kernel, standIns);
		});
		if (!this.neighbours || !areSame(this.neighbours, read)) this.neighbours = read;
		return this.neighbours;
	}
}

const never = (): boolean => false;

const asIncluded = memoize((header: SiblingFile): SiblingFile => ({ ...header, isIncluded: true }));

const READ = new WeakMap<
	SiblingFile,
	{ around: readonly SiblingFile[]; kernel: unknown; standIns: StandIns; read: SiblingFile }
>();

/** Another C file; the same object as long as it and the headers are the same. */
function asRead(
	file: SiblingFile,
	neighbours: readonly SiblingFile[],
	kernel: AnalyseOptions['kernel'],
	standIns: StandIns,
): SiblingFile {
	const around = neighbours.filter(({ path }) => path.endsWith('.h'));
	const known = READ.get(file);
	if (known && known.kernel === kernel && known.standIns === standIns && areSame(known.around, around))
		return known.read;
	const { map, isSame } = OWN_GROUND.test(file.path)
		? { map: undefined, isSame: true }
		: preprocess(file, kernel, resolver(around), [
				...headerFor(file.text, standIns),
				...around.filter(({ isForced }) => isForced),
			]);
	const read =
		isSame || !map ? file : { ...file, text: map.text, original: { file, back: (range: Range) => map.back(range) } };
	READ.set(file, { around, kernel, standIns, read });
	return read;
}

function areSame(a: readonly SiblingFile[], b: readonly SiblingFile[]): boolean {
	return a === b || (a.length === b.length && a.every((one, i) => one === b[i]));
}

/** What a question may change without the text being read differently. */
function sameParts({ severities, fixes, knownUsers, prefilter }: AnalyseOptions): Partial<AnalyseOptions> {
	return {
		...(severities !== undefined && { severities }),
		...(fixes !== undefined && { fixes }),
		...(knownUsers !== undefined && { knownUsers }),
		...(prefilter !== undefined && { prefilter }),
	};
}

/** Whether anything of the text is looked at: outside a tree, the names of the family may stand in a header of the module. */
function isRead(text: string, { path, kernel, prefilter, isModule, standIns = [] }: AnalyseOptions): boolean {
	if (OWN_GROUND.test(path) && !isModule) return false;
	if (namesOne(text, standIns)) return true;
	if (prefilter === false || needles.some((needle) => text.includes(needle))) return true;
	return kernel.origin !== 'tree' && /^[ \t]*#[ \t]*include\b/m.test(text);
}

function headersOf(text: string, options: AnalyseOptions): readonly NeededHeader[] {
	if (!isRead(text, options)) return [];
	const { path, kernel, neighbours = [] } = options;
	const of = (file: SiblingFile): NeededHeader[] =>
		includesOf(file)
			.filter(({ isAngled }) => !isAngled || kernel.origin !== 'tree')
			.map((header) => ({ ...header, from: file.path }));
	return [{ path, text }, ...neighbours].flatMap(of);
}

/** Where a header is found that a file names: beside it, else where the path fits. */
function resolver(neighbours: readonly SiblingFile[]): Resolve {
	const byPath = new Map(neighbours.map((one) => [one.path, one]));
	return (name, from, isAngled) => {
		if (isAngled) return neighbours.find(({ angled }) => angled === name);
		const folder = from.slice(0, from.lastIndexOf('/') + 1);
		const beside = byPath.get(normalised(folder + name));
		if (beside) return beside;
		const end = `/${normalised(name).replace(/^(?:\.\.\/)+/, '')}`;
		return neighbours.find(({ path }) => `/${path}`.endsWith(end));
	};
}

/** Findings in the offsets of the text as it was. */
function told(prepared: Prepared, analysis: Analysis): Analysis {
	const { read } = prepared;
	if (read.isSame) return analysis;
	return { ...analysis, findings: analysis.findings.map((finding) => found(read, finding)) };
}

function found(read: Preprocessed, finding: Finding): Finding {
	const here = read.map.back(finding);
	const related = finding.related.map((one) => (one.place ? one : { ...one, ...read.map.back(one) }));
	const places = [here, ...related.filter(({ place }) => !place)];
	const uses = read.uses.filter(({ range }) => places.some(({ start }) => range.start <= start && start < range.end));
	return { ...finding, ...here, message: named(finding.message, uses), related, fixes: fixesOf(read, finding.fixes) };
}

/** The message with what each macro that it is about stands for. */
function named(message: string, uses: readonly MacroUse[]): string {
	const said = uses.flatMap(({ name, names }) => {
		const api = [...names].find((one) => API_NAMES.has(one) && new RegExp(`\\b${one}\\b`).test(message));
		return api === undefined || new RegExp(`\\b${name}\\b`).test(message) ? [] : [`${name} is ${api}()`];
	});
	return said.length === 0 ? message : `${message} (${[...new Set(said)].join(', ')})`;
}

function fixesOf(read: Preprocessed, fixes: readonly Fix[]): readonly Fix[] {
	return fixes.flatMap((fix) => {
		if (!fix.edits.every((edit) => read.map.isSame(edit))) return [];
		return [{ ...fix, edits: fix.edits.map((edit) => ({ ...edit, ...read.map.back(edit) })) }];
	});
}

/** Findings are told in other offsets than they are found in: the same one is looked for there. */
function inside(read: Preprocessed, { findings }: Analysis, finding: Finding): Finding | undefined {
	return findings.find(
		(one) => one.rule === finding.rule && isAt(read.map.back(one), finding) && sameTitles(one, finding),
	);
}

function isAt(a: Range, b: Range): boolean {
	return a.start === b.start && a.end === b.end;
}

function sameTitles(a: Finding, b: Finding): boolean {
	return b.fixes.every((fix) => a.fixes.some(({ title }) => title === fix.title));
}

/** A site in the offsets of the text as it was, with its alternatives. */
function listed({ read }: Prepared, site: Site): Site {
	const here = read.map.back(site);
	const use = read.uses.find(({ range }) => range.start <= here.start && here.start < range.end);
	const evidence = site.evidence.map((one) => (one.place ? one : { ...one, ...read.map.back(one) }));
	const said: Evidence[] = use ? [{ ...here, text: `${use.name} stands for ${site.api}()` }] : [];
	const others = read.alternatives.filter(
		({ name, instead, macros }) =>
			isAudited(name) && ((instead.start <= here.start && here.start < instead.end) || (use && macros.has(use.name))),
	);
	for (const { name, start, test } of others) {
		const at = start >= 0 ? { start, end: start + name.length } : here;
		said.push({ ...at, text: `${name}() is the alternative for other kernels (${test})` });
	}
	return { ...site, ...here, evidence: [...evidence, ...said] };
}

/** A conversion in the offsets of the text as it was; refused where it changes what a macro or an alternative stands for. */
function offered({ read, options, inner }: Prepared, offer: ConversionOffer): ConversionOffer {
	const others = new Map(inner.options.neighbours?.map(({ path, text }) => [path, text]));
	const changed = new Set(options.neighbours?.flatMap(({ path, text }) => (others.get(path) === text ? [] : [path])));
	if (read.isSame && changed.size === 0) return offer;
	const sites = offer.sites.map((site) => read.map.back(site));
	const calls = offer.calls.map((call) => read.map.back(call));
	const reason = blockerOf(read, offer, changed);
	const conversions = offer.conversions.map((conversion) => ({
		...conversion,
		edits: conversion.edits.map((edit) => (edit.path === undefined ? { ...edit, ...read.map.back(edit) } : edit)),
	}));
	if (reason) return { ...offer, sites, calls, conversions: [], refusal: { reason, places: [] }, missing: undefined };
	const refusal = offer.refusal && {
		...offer.refusal,
		places: offer.refusal.places.map((spot) => (spot.place ? spot : { ...spot, ...read.map.back(spot) })),
	};
	const missing = moved(read, offer.missing);
	return { ...offer, sites, calls, conversions, refusal, missing };
}

function blockerOf(
	read: Preprocessed,
	{ conversions, missing }: ConversionOffer,
	others: ReadonlySet<string>,
): string | undefined {
	const edits = [...conversions.flatMap((one) => one.edits), ...(missing ? [{ ...missing, path: undefined }] : [])];
	if (edits.length === 0) return undefined;
	const [use] = read.uses;
	if (edits.some((edit) => (edit.path === undefined ? !read.map.isSame(edit) : others.has(edit.path))))
		return use
			? `${use.name} is a macro that other code may use as well`
			: 'it would change a macro that other code may use as well';
	const [alternative] = read.alternatives;
	return alternative
		? `its alternatives for other kernels (${alternative.test}) would have to change as well`
		: undefined;
}

/** Plain data with all its ranges in the offsets of the text as it was. */
function moved<T>(read: Preprocessed, value: T): T {
	if (read.isSame || typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((one) => moved(read, one)) as T;
	const entries = Object.entries(value).map(([key, one]) => [key, moved(read, one)]);
	const copy = Object.fromEntries(entries) as T & Partial<Range> & { readonly place?: unknown };
	const { start, end, place } = copy;
	if (typeof start !== 'number' || typeof end !== 'number' || place !== undefined) return copy;
	return { ...copy, ...read.map.back({ start, end }) };
}
