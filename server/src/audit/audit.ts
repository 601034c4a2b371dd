/** The audit of a folder: which files, what they say, one report. */
import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { auditWords } from '../engine.js';
import { reasonOf, slashed } from '../workspace/collect.js';
import { Cache, digest } from './cache.js';
import { type Home, Homes } from './homes.js';
import type { FileOutcome, Job, Setting } from './job.js';
import { list } from './listing.js';
import { type Crew, crew } from './pool.js';
import { AuditError, type AuditReport, type AuditSite, type AuditSkip, byPath } from './report.js';
import { type FileResult, Results } from './results.js';
import { folderOf, isLeftOut } from './scope.js';
import { type Search, search, startRipgrep } from './search.js';
import { isInShard, type Shard } from './shard.js';
import { Stamps, stampOf } from './stamps.js';

export interface AuditOptions {
	/** Folder, absolute. */
	readonly tree: string;
	readonly tool: AuditReport['tool'];
	readonly setting: Omit<Setting, 'cache'>;
	/** Folder of caches, and what names this version of the program; undefined: none is read or written. */
	readonly cache: Setting['cache'];
	/** Program that searches; undefined: files are read in Node. */
	readonly ripgrep: string | undefined;
	/** Script of a worker thread; undefined: all in this thread. */
	readonly worker: string | undefined;
	/** How many threads, at least 1. */
	readonly jobs: number;
	readonly shard?: Shard;
	/** Stops it: the report holds what is known by then. */
	readonly signal?: AbortSignal;
	progress?(stage: Stage, done: number, total: number): void;
}

/** Searching all files for words; reading those that have one. */
export type Stage = 'search' | 'read';

export interface Audited {
	readonly report: AuditReport;
	/** For people: the kernel and where it comes from, trouble with the cache. */
	readonly notes: readonly string[];
	/** Files the engine broke on: an error of the program. */
	readonly failed: readonly AuditSkip[];
}

/** Throws an AuditError for what is no folder. */
export async function audit(options: AuditOptions): Promise<Audited> {
	const root = await folder(options.tree);
	const cache = options.setting.prefilter ? options.cache : undefined;
	const working = crew({ ...options.setting, cache }, options.jobs, options.worker);
	const stop = () => void working.end();
	options.signal?.addEventListener('abort', stop, { once: true });
	try {
		return await new Run(options, root, working, cache && new Cache(cache.above, cache.version)).report();
	} finally {
		options.signal?.removeEventListener('abort', stop);
		await working.end();
	}
}

async function folder(tree: string): Promise<string> {
	try {
		if (!(await stat(tree)).isDirectory()) throw new AuditError('not a folder');
		return slashed(await realpath(tree));
	} catch (error) {
		if (error instanceof AuditError) throw error;
		throw new AuditError(reasonOf(error as NodeJS.ErrnoException));
	}
}

interface Candidate {
	readonly path: string;
	readonly home: Home;
	/** Digest of its content, where it did not change since. */
	readonly content: string | undefined;
}

interface StampedFile {
	readonly path: string;
	readonly stamp: Stats;
	answer: string | undefined;
}

class Run {
	readonly #started = performance.now();
	readonly #options: AuditOptions;
	readonly #root: string;
	readonly #crew: Crew;
	readonly #cache: Cache | undefined;
	readonly #sites: AuditSite[] = [];
	readonly #skipped: AuditSkip[] = [];
	readonly #failed: AuditSkip[] = [];
	#cacheProblem: string | undefined;
	#partial = false;

	constructor(options: AuditOptions, root: string, working: Crew, cache: Cache | undefined) {
		this.#options = options;
		this.#root = root;
		this.#crew = working;
		this.#cache = cache;
	}

	async report(): Promise<Audited> {
		const { shard, setting, tool } = this.#options;
		const homes = new Homes(this.#root, setting.kernel).settle();
		const files = setting.prefilter ? await this.#searched(await homes) : await this.#all(await homes);
		this.#cache?.tidy();
		const { version, told } = await homes;
		const problem = this.#cacheProblem ?? this.#cache?.problem;
		const report: AuditReport = {
			tool,
			kernel: version,
			files,
			elapsedMs: Math.round(performance.now() - this.#started),
			partial: this.#partial,
			sites: this.#sites.sort((a, b) => byPath(a, b) || a.line - b.line),
			skipped: this.#skipped.filter(({ path }) => isInShard(path, shard)).sort(byPath),
		};
		return {
			report,
			notes: [told, ...(problem === undefined ? [] : [`results are not kept for the next audit: ${problem}`])],
			failed: this.#failed,
		};
	}

	/** @returns number of files looked at */
	async #searched(homes: Homes): Promise<number> {
		const started = Date.now();
		const { signal } = this.#options;
		const name = digest(this.#root, ...auditWords);
		const stamps = this.#cache && Stamps.read(this.#cache, name);
		const task = this.#search();
		const early = stamps === undefined || stamps.size === 0 ? startRipgrep(task) : undefined;
		const files = await this.#stamped(stamps);
		const unknown = files.filter(({ answer }) => answer === undefined).map(({ path }) => path);
		const found = unknown.length === 0 && !early ? NOTHING : await search(task, unknown, early);
		if (!found || signal?.aborted) {
			this.#partial = true;
			return files.length - unknown.length;
		}
		this.#skipped.push(...found.skipped);
		const unread = new Set(found.skipped.map(({ path }) => path));
		const candidates: Candidate[] = [];
		for (const file of files) {
			const { path, answer } = file;
			if (answer === undefined && !found.names.has(path)) {
				if (!unread.has(path)) file.answer = '';
				continue;
			}
			if (answer === '') continue;
			const home = await homes.of(path);
			if (!isLeftOut(home.inward(path))) candidates.push({ path, home, content: answer });
		}
		const contents = await this.#read(candidates);
		if (unknown.length > 0 && this.#cache && !this.#options.shard) {
			for (const file of files) file.answer ??= contents.get(file.path);
			Stamps.write(this.#cache, name, files, started);
		}
		return files.length;
	}

	/** Every file is a candidate. */
	async #all(homes: Homes): Promise<number> {
		const { files } = await this.#listed();
		const candidates: Candidate[] = [];
		for (const path of files) candidates.push({ path, home: await homes.of(path), content: undefined });
		const done = await this.#read(candidates);
		return this.#partial ? done.size : files.length;
	}

	async #listed(): Promise<{ readonly files: readonly string[] }> {
		const { files, skipped } = await list(this.#root);
		this.#skipped.push(...skipped);
		const { shard } = this.#options;
		return { files: shard ? files.filter((path) => isInShard(path, shard)) : files };
	}

	async #stamped(known: Stamps | undefined): Promise<StampedFile[]> {
		const { files } = await this.#listed();
		const stamped: StampedFile[] = [];
		for (const path of files) {
			const stamp = stampOf(`${this.#root}/${path}`);
			if (stamp) stamped.push({ path, stamp, answer: known?.answer(path, stamp) });
		}
		return stamped;
	}

	#search(): Search {
		const { signal, ripgrep, progress } = this.#options;
		return {
			root: this.#root,
			words: auditWords,
			ripgrep,
			crew: this.#crew,
			signal,
			progress: (done, total) => progress?.('search', done, total),
		};
	}

	/** Takes the results of all candidates into the report. @returns digests of their contents */
	async #read(candidates: readonly Candidate[]): Promise<ReadonlyMap<string, string>> {
		const { setting, signal, progress } = this.#options;
		const contents = new Map<string, string>();
		let done = 0;
		const finish = (candidate: Candidate, content: string | undefined, result: FileResult) => {
			if (content !== undefined) contents.set(candidate.path, content);
			this.#take(candidate, result);
			progress?.('read', ++done, candidates.length);
		};
		const rest: Candidate[] = [];
		for (const candidate of candidates) {
			const { path, home, content } = candidate;
			const results = content === undefined ? undefined : new Results(this.#cache, home.facts, setting.knownUsers);
			const known = content === undefined ? undefined : results?.get(home.inward(path), content);
			if (known) finish(candidate, content, known);
			else rest.push(candidate);
		}
		await Promise.all(
			jobsOf(rest, this.#root).map(async ({ job, candidates }) => {
				try {
					const outcome = await this.#crew.audit(job);
					this.#cacheProblem ??= outcome.cacheProblem;
					outcome.files.forEach(({ content, result }: FileOutcome, i) => {
						finish(candidates[i] as Candidate, content, result);
					});
				} catch (error) {
					if (signal?.aborted) this.#partial = true;
					else for (const candidate of candidates) finish(candidate, undefined, broken(error));
				}
			}),
		);
		return contents;
	}

	#take({ path, home }: Candidate, { sites, skipped, failed }: FileResult): void {
		for (const site of sites) {
			const evidence = site.evidence.map((one) => ({ ...one, path: home.outward(one.path) }));
			this.#sites.push({ ...site, path, evidence });
		}
		for (const reason of skipped) this.#skipped.push({ path, reason });
		if (failed) this.#failed.push(...skipped.map((reason) => ({ path, reason })));
	}
}

const NOTHING = { names: new Set<string>(), skipped: [] };

/** A worker that ended takes its job with it. */
function broken(error: unknown): FileResult {
	return { sites: [], skipped: [`internal error: ${(error as Error).message ?? error}`], failed: true };
}

/** One job a folder, the largest first, so that no thread is left with it at the end. */
function jobsOf(candidates: readonly Candidate[], root: string): { job: Job; candidates: Candidate[] }[] {
	const folders = new Map<string, Candidate[]>();
	for (const candidate of candidates) {
		const key = `${candidate.home.tree} ${folderOf(candidate.path)}`;
		const beside = folders.get(key);
		if (beside) beside.push(candidate);
		else folders.set(key, [candidate]);
	}
	return [...folders.values()]
		.sort((a, b) => b.length - a.length)
		.map((together) => {
			const { home } = together[0] as Candidate;
			const files = together.map(({ path }) => ({ file: `${root}/${path}`, path: home.inward(path) }));
			return { job: { tree: home.tree, facts: home.facts, files }, candidates: together };
		});
}
