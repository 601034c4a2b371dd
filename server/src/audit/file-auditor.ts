/** What a worker does for the main thread: nothing here needs more than what is handed over. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { type Engine, type Finding, loadEngine, type Site } from '../engine.js';
import type { Kernel } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import { includePath } from '../workspace/includes.js';
import { TOO_LARGE } from '../workspace/limits.js';
import { Lines } from '../workspace/lines.js';
import { Neighbourhood } from '../workspace/neighbours.js';
import { outsideKernel } from '../workspace/outsideKernel.js';
import { judge, type Read } from '../workspace/read.js';
import { diskSources, type Sources } from '../workspace/sources.js';
import { TreeLocator } from '../workspace/trees.js';
import { Cache } from './cache.js';
import type { JudgedBy } from './configured.js';
import { KeptAnswers } from './file-answers.js';
import { AuditFolder } from './folder.js';
import { reasonMeanwhile } from './read-errors.js';
import type { AuditSite } from './report.js';
import type { OpenRepository } from './repository.js';
import { type AuditFinding, type FileResult, Results } from './results.js';
import type { RevisionSetting } from './revision.js';
import { type Scanned, scan } from './scan.js';

const { join } = posix;

/** How all files of an audit are judged. Plain data: it travels to the workers. */
export interface AuditConfig {
	/** Files of the two wasm modules. */
	readonly wasm: { readonly core: string; readonly grammar: string };
	/** Version, or folder of headers, for files outside a kernel tree, whatever a configuration file says; undefined: nobody chose. */
	readonly kernel: string | undefined;
	/** False: evidence alone decides. */
	readonly knownUsers: boolean;
	/** False: files that name none of the words are analysed like the others. */
	readonly prefilter: boolean;
	/** Folder of the cache, where one is known, and what names this version of the program; undefined: none is read or written. */
	readonly cache: { readonly above: string | undefined; readonly version: string } | undefined;
	/** Files are those of this revision; undefined: those of the disk. */
	readonly revision?: RevisionSetting | undefined;
}

/** The candidates of one folder. */
export interface Job extends JudgedBy {
	/** Absolute, with "/". */
	readonly folder: string;
	/** Root of their kernel tree; undefined outside any. */
	readonly tree: string | undefined;
	/** The folder as the engine knows it: relative to the kernel tree, or to the audited folder. */
	readonly path: string;
	/** Names of the candidates. */
	readonly names: readonly string[];
	/** Names of all C files in the folder. */
	readonly beside: readonly string[];
}

export interface JobOutcome {
	/** In the order of the names. */
	readonly results: readonly FileResult[];
	/** Names the contents of the folder; undefined where nothing is kept. */
	readonly contents: string | undefined;
	/** What is wrong with the cache, in one sentence. */
	readonly cacheProblem: string | undefined;
}

/** Judges the files of one setting, folder by folder. */
export class FileAuditor {
	readonly #setting: AuditConfig;
	readonly #sources: Promise<Sources>;
	#locator: TreeLocator | undefined;
	/** Kernels outside a tree, as they are asked for. */
	readonly #outside = new Map<string | undefined, Kernel>();
	readonly #cache: Cache | undefined;

	/** @param repository that a revision is read of */
	constructor(setting: AuditConfig, repository: OpenRepository) {
		const { cache, revision } = setting;
		this.#setting = setting;
		this.#sources = revision
			? repository.around(revision.root).then((revisions) => revisions.tree(revision.tree))
			: Promise.resolve(diskSources);
		// whoever waits for it hears why
		this.#sources.catch(() => undefined);
		this.#cache = cache && new Cache(cache.above, cache.version);
	}

	async run(job: Job): Promise<JobOutcome> {
		const sources = await this.#sources;
		this.#locator ??= new TreeLocator(sources);
		const tree = job.tree === undefined ? undefined : await this.#locator.find(job.tree, true);
		const folder = new AuditFolder(job.folder, job.beside, sources);
		// headers of other folders are no part of what names the contents
		const isAlone = tree !== undefined || (await staysInFolder(job.folder, folder));
		const contents = isAlone && this.#cache ? await folder.digest() : undefined;
		const kept = new Results(this.#cache, job.facts, this.#setting.knownUsers);
		const known = contents === undefined ? undefined : kept.get(job.path, job.names, contents);
		if (known) return { results: known, contents, cacheProblem: this.#cache?.problem };
		const kernel = tree?.kernel ?? this.#outsideOf(job.kernel);
		const answers =
			contents === undefined || !this.#cache
				? undefined
				: new KeptAnswers(this.#cache, job.facts, this.#setting.knownUsers);
		const look = new Look(await loaded(this.#setting.wasm), kernel, this.#setting, job, folder, sources, answers);
		const results: FileResult[] = [];
		for (const name of job.names) results.push(await look.at(name));
		if (contents !== undefined) kept.put(job.path, job.names, contents, results, await folder.asksVersion());
		return { results, contents, cacheProblem: this.#cache?.problem };
	}

	#outsideOf(asked: string | undefined): Kernel {
		const kernel = this.#outside.get(asked) ?? outsideKernel(asked);
		this.#outside.set(asked, kernel);
		return kernel;
	}

	/** Searches files for words. */
	async scan(root: string, paths: readonly string[], words: readonly string[]): Promise<Scanned> {
		return scan(await this.#sources, root, paths, words);
	}
}

/** By the grammar's file: audits after each other in one thread share what they loaded. */
const engines = new Map<string, Promise<Engine>>();

function loaded({ core, grammar }: AuditConfig['wasm']): Promise<Engine> {
	const known = engines.get(grammar);
	if (known) return known;
	const read = Promise.all([readFile(core), readFile(grammar)]);
	const engine = read.then(([core, grammar]) => loadEngine({ core, grammar }));
	engines.set(grammar, engine);
	return engine;
}

/** A module that takes no header from another folder. */
async function staysInFolder(path: string, folder: AuditFolder): Promise<boolean> {
	const { root, folders, forced, isModule } = await includePath(path, folder);
	return !isModule && root === path && folders.length === 0 && forced.length === 0 && !(await folder.includesOthers());
}

/** Reads the files of one folder; all that asks the engine is here. */
class Look {
	readonly #engine: Engine;
	readonly #kernel: Kernel;
	readonly #setting: AuditConfig;
	readonly #job: Job;
	readonly #sources: Sources;
	readonly #neighbourhood: Neighbourhood;
	readonly #answers: KeptAnswers | undefined;

	/** @param answers what is kept of earlier looks; undefined: nothing is */
	constructor(
		engine: Engine,
		kernel: Kernel,
		setting: AuditConfig,
		job: Job,
		folder: AuditFolder,
		sources: Sources,
		answers: KeptAnswers | undefined,
	) {
		this.#answers = answers;
		this.#engine = engine;
		this.#kernel = kernel;
		this.#setting = setting;
		this.#job = job;
		this.#sources = sources;
		this.#neighbourhood = new Neighbourhood(folder);
	}

	async at(name: string): Promise<FileResult> {
		const file = `${this.#job.folder}/${name}`;
		const read = await this.#read(file);
		if (read.kind !== 'text') {
			const reason = read.kind === 'skipped' ? read.reason : 'nothing to read';
			return { sites: [], findings: [], skipped: [reason], whole: false, failed: false };
		}
		try {
			return await this.#audited(file, join(this.#job.path, name), read.source.text);
		} catch (error) {
			// One file that breaks the engine must not hide the sites of all others.
			const reason = `internal error: ${(error as Error).stack ?? error}`;
			return { sites: [], findings: [], skipped: [reason], whole: false, failed: true };
		}
	}

	async #read(file: string): Promise<Read> {
		try {
			const bytes = await this.#sources.bytes(file);
			return bytes ? judge(bytes, undefined) : { kind: 'skipped', reason: TOO_LARGE };
		} catch (error) {
			return { kind: 'skipped', reason: reasonMeanwhile(error as NodeJS.ErrnoException) };
		}
	}

	async #audited(file: string, path: string, text: string): Promise<FileResult> {
		const { knownUsers, prefilter } = this.#setting;
		const { severities, standIns } = this.#job;
		const isModule = this.#job.tree === undefined && (await this.#neighbourhood.isModule(file));
		const asked = { path, kernel: this.#kernel, fixes: false, knownUsers, prefilter, isModule, severities, standIns };
		const kept = this.#answers?.of(path, text);
		const opened = this.#engine.open();
		try {
			const neighbours = await this.#neighbourhood.of(
				file,
				(other) => join(this.#job.path, posix.relative(this.#job.folder, other)),
				(found) => {
					const ask = () => opened.needs(text, { ...asked, neighbours: found });
					return kept ? kept.needs(found, ask) : ask();
				},
				undefined,
				this.#job.tree === undefined,
			);
			const known = kept?.result(neighbours);
			if (known) return known;
			const { sites, findings, unread, bounded } = opened.audit(text, { ...asked, neighbours });
			const lines = new Lines(text);
			const skipped = [
				...unread.map((name) => `function ${name} could not be parsed`),
				...bounded.map((name) => `function ${name} has too many paths to analyse`),
			];
			const result: FileResult = {
				sites: sites.map((site) => told(site, path, lines)),
				findings: findings.map((finding) => listed(finding, path, lines)),
				skipped,
				whole: true,
				failed: false,
			};
			kept?.put(neighbours, result);
			return result;
		} finally {
			opened.dispose();
		}
	}
}

function told(site: Site, path: string, lines: Lines): AuditSite {
	const lineOf = ({ start }: Range) => lines.position(start).line;
	return {
		path,
		line: lineOf(site),
		function: site.function,
		api: site.api,
		flags: site.flags,
		release: site.release,
		verdict: site.verdict,
		target: site.target,
		reason: site.reason,
		decidedBy: site.decidedBy,
		source: site.source,
		evidence: site.evidence.map((one) => ({
			path: one.place?.path ?? path,
			line: one.place?.line ?? lineOf(one),
			text: one.text,
		})),
		findings: site.findings,
	};
}

function listed(
	{ rule, severity, message, tags, related, start, end }: Finding,
	path: string,
	lines: Lines,
): AuditFinding {
	return {
		rule,
		severity,
		message,
		tags,
		start: lines.position(start),
		end: lines.position(end),
		related: related.map((one) => ({
			path: one.place?.path ?? path,
			start: one.place ? { line: one.place.line, column: one.place.column } : lines.position(one.start),
			length: one.end - one.start,
			message: one.message,
		})),
	};
}
