/** The audit of a folder: which files, what they say, one report. */
import { realpath, stat } from 'node:fs/promises';
import { auditWords } from '../engine.js';
import { aliasesIn } from '../syntax/preprocess/aliases.js';
import { nameOf } from '../syntax/preprocess/stand-ins.js';
import { reasonOf, slashed } from '../workspace/collect.js';
import type { Revision } from '../workspace/revision.js';
import { RevisionTree } from '../workspace/revisionTree.js';
import { diskSources, type Sources } from '../workspace/sources.js';
import { Blobs } from './blobs.js';
import { Cache, digest } from './cache.js';
import { type AuditConfiguration, AuditConfigured, type JudgedBy } from './configured.js';
import type { AuditConfig, Job } from './file-auditor.js';
import type { Inventory } from './inventory.js';
import { type KernelContext, KernelResolver } from './kernel-resolver.js';
import { list, listFolders, type Memory } from './listing.js';
import { type WorkerPool, workerPool } from './pool.js';
import { AuditError, type AuditReport, type AuditSite, type AuditSkip, byPath } from './report.js';
import { type AuditFinding, type FileResult, Results } from './results.js';
import { findRevision, withRevision } from './revision.js';
import { listRevision, type RevisionListing } from './revisionListing.js';
import { folderOf, isLeftOut } from './scope.js';
import { type Search, search, startRipgrep } from './search.js';
import { AuditSession } from './session.js';
import { isInShard, type Shard } from './shard.js';
import { Stamps } from './stat-cache.js';
import { walkMemory } from './walk-cache.js';

export interface AuditOptions {
	/** Folder, absolute. */
	readonly tree: string;
	readonly tool: AuditReport['tool'];
	readonly setting: Omit<AuditConfig, 'cache' | 'revision'>;
	/** Name of a revision of the repository around the folder, which is read in place of what is checked out. */
	readonly revision?: string;
	/** Folder of caches, and what names this version of the program; undefined: none is read or written. */
	readonly cache: AuditConfig['cache'];
	/** A workspace around it, for its configuration files. */
	readonly workspace?: AuditConfiguration['workspace'];
	/** False: git is not asked. */
	readonly trusted: boolean;
	/** Program that searches; undefined: files are read in Node. */
	readonly ripgrep: string | undefined;
	/** Script of a worker thread; undefined: all in this thread. */
	readonly worker: string | undefined;
	/** How many threads, at least 1. */
	readonly jobs: number;
	/** Of whoever audits several trees after each other, in place of `worker` and `jobs`; undefined: the audit has its own. */
	readonly session?: AuditSession | undefined;
	readonly shard?: Shard;
	/** Only the files of these folders, not what is below them: relative, with "/", "" for the audited folder itself. */
	readonly folders?: readonly string[];
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
	/** Findings of all rules, by path; paths relative to the audited folder. */
	readonly findings: ReadonlyMap<string, readonly AuditFinding[]>;
}

/** Throws an AuditError for what is no folder. */
export async function audit(options: AuditOptions): Promise<Audited> {
	const root = await folder(options.tree);
	const cache = options.setting.prefilter ? options.cache : undefined;
	if (options.revision !== undefined && !options.trusted)
		throw new AuditError('the workspace is not trusted: git is not asked for revisions');
	const session = options.session ?? new AuditSession(options.worker, options.jobs);
	let stop: (() => void) | undefined;
	try {
		const repository = options.revision === undefined ? undefined : session.repository.around(root);
		const revision = repository && (await findRevision(repository, options.revision as string));
		const setting = { ...options.setting, cache, revision: revision && { root, tree: revision.tree } };
		const working = workerPool(setting, session.threads, session.repository);
		stop = () => void working.end();
		options.signal?.addEventListener('abort', stop, { once: true });
		const run = (sources: Sources) =>
			new Run(options, root, working, cache && new Cache(cache.above, cache.version), sources, revision).report();
		return repository ? await withRevision(repository, (revision as Revision).tree, run) : await run(diskSources);
	} finally {
		if (stop) options.signal?.removeEventListener('abort', stop);
		if (!options.session) await session.end();
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

/** A folder with files that name the family. */
interface Place {
	/** Relative to the audited folder. */
	readonly path: string;
	readonly home: KernelContext;
	/** Names of those files. */
	readonly names: readonly string[];
	/** All C files of the folder, by name. */
	readonly beside: readonly string[];
	readonly judgedBy: JudgedBy;
}

class Run {
	readonly #started = performance.now();
	readonly #options: AuditOptions;
	readonly #root: string;
	readonly #crew: WorkerPool;
	readonly #cache: Cache | undefined;
	readonly #sources: Sources;
	readonly #revision: Revision | undefined;
	readonly #sites: AuditSite[] = [];
	readonly #skipped: AuditSkip[] = [];
	readonly #failed: AuditSkip[] = [];
	readonly #configured: AuditConfigured;
	readonly #findings = new Map<string, readonly AuditFinding[]>();
	#cacheProblem: string | undefined;
	#unasked: string | undefined;
	#partial = false;
	/** Files whose result is known. */
	#done = 0;

	/** @param revision that the sources are of; undefined: they are those of the disk */
	constructor(
		options: AuditOptions,
		root: string,
		working: WorkerPool,
		cache: Cache | undefined,
		sources: Sources,
		revision: Revision | undefined,
	) {
		this.#options = options;
		this.#root = root;
		this.#crew = working;
		this.#cache = cache;
		this.#configured = new AuditConfigured(root, { workspace: options.workspace, kernel: options.setting.kernel });
		this.#sources = sources;
		this.#revision = revision;
	}

	async report(): Promise<Audited> {
		const { shard, setting, tool } = this.#options;
		const homes = this.#configured
			.kernel()
			.then(({ kernel, by }) => new KernelResolver(this.#root, kernel, by, this.#sources).settle());
		const files = setting.prefilter ? await this.#searched(await homes) : await this.#all(await homes);
		this.#cache?.tidy();
		const { version, isAssumed, told } = await homes;
		const problem = this.#cacheProblem ?? this.#cache?.problem;
		const report: AuditReport = {
			tool,
			kernel: version,
			...(isAssumed ? { kernelAssumed: true } : {}),
			...(this.#revision && revisionTold(this.#revision)),
			files,
			elapsedMs: Math.round(performance.now() - this.#started),
			partial: this.#partial,
			...(shard ? { shard } : {}),
			sites: this.#sites.sort((a, b) => byPath(a, b) || a.line - b.line),
			skipped: this.#skipped.filter(({ path }) => isInShard(path, shard)).sort(byPath),
		};
		return {
			report,
			notes: [
				told,
				...this.#configured.notes,
				...(problem === undefined ? [] : [problem]),
				...(this.#unasked === undefined ? [] : [`files ignored by git are audited too: ${this.#unasked}`]),
			],
			failed: [...this.#configured.failed, ...this.#failed],
			findings: this.#findings,
		};
	}

	/** @returns number of files looked at */
	async #searched(homes: KernelResolver): Promise<number> {
		const started = Date.now();
		const { signal } = this.#options;
		const task = this.#search();
		const { shard, folders: only } = this.#options;
		const { name, inventory, early } = await this.#inventory(task, started);
		const { paths, unknown } = inventory;
		this.#skipped.push(...inventory.skipped);
		const found = unknown.length === 0 && !early ? NOTHING : await search(task, unknown, early);
		if (!found || signal?.aborted) {
			this.#partial = true;
			return paths.length - unknown.length;
		}
		this.#skipped.push(...found.skipped);
		inventory.learn(found.names, new Set(found.skipped.map(({ path }) => path)));
		const aliased = await this.#byAlias(homes, paths, (row) => inventory.isCandidate(row));
		const called = await this.#byStandIn(paths);
		const isNamed = (path: string): boolean => aliased.has(path) || called.has(path);
		const isCandidate = (row: number): boolean => inventory.isCandidate(row) || isNamed(paths[row] as string);
		const folders = foldersOf(paths, isCandidate);
		const places = await this.#placesIn(folders, paths, homes, isCandidate);
		const rowsOf = (folder: string) => folders.get(folder) ?? [];
		const { contents, fresh } = await this.#read(places, (folder) => inventory.contents(folder, rowsOf(folder)));
		if (this.#cache && !shard && !only && (unknown.length > 0 || fresh)) {
			const held = [...contents].map(([folder, held]) => [folder, { rows: rowsOf(folder), contents: held }] as const);
			inventory.write(this.#cache, name, new Map(held), started);
		}
		return paths.length;
	}

	/** The files, and the search that began before they were known. */
	async #inventory(
		task: Search,
		started: number,
	): Promise<{
		readonly name: string;
		readonly inventory: Inventory;
		readonly early: ReturnType<typeof startRipgrep>;
	}> {
		if (this.#sources instanceof RevisionTree) {
			const { top } = this.#sources;
			const name = digest('objects', top, ...auditWords);
			const known = this.#cache && Blobs.read(this.#cache, name, (this.#revision as Revision).tree.length / 2);
			return { name, inventory: new Blobs(await this.#ofRevision(this.#sources), known), early: undefined };
		}
		const name = digest(this.#root, ...auditWords);
		const known = this.#cache && Stamps.read(this.#cache, name);
		const early = known || this.#options.folders ? undefined : startRipgrep(task);
		const memory = this.#cache && walkMemory(this.#cache, `${name}-walk`, this.#root, started, known?.paths);
		return { name, inventory: Stamps.take(this.#root, await this.#listed(memory), known), early };
	}

	/** Files of modules outside a tree that name the family by macros of their headers alone. */
	async #byAlias(
		homes: KernelResolver,
		paths: readonly string[],
		isCandidate: (row: number) => boolean,
	): Promise<ReadonlySet<string>> {
		const none = new Set<string>();
		if (!homes.isOutside) return none;
		const outside = async (path: string): Promise<boolean> => (await homes.of(path)).tree === undefined;
		const headers: string[] = [];
		for (const [row, path] of paths.entries()) {
			if (!path.endsWith('.h') || !isCandidate(row) || !(await outside(path))) continue;
			const text = await this.#sources.read(`${this.#root}/${path}`);
			if (text !== undefined) headers.push(text);
		}
		const aliases = aliasesIn(headers, auditWords);
		if (aliases.size === 0) return none;
		const found = await search({ ...this.#search(), words: [...aliases] }, paths, undefined);
		const names = new Set<string>();
		for (const path of found?.names ?? none) if (await outside(path)) names.add(path);
		return names;
	}

	/** Files that name the family by what a configuration file says alone. */
	async #byStandIn(paths: readonly string[]): Promise<ReadonlySet<string>> {
		const folders = new Map<string, ReadonlySet<string>>();
		for (const folder of new Set(paths.map(folderOf))) {
			const { standIns } = await this.#configured.of(folder);
			if (standIns.length > 0) folders.set(folder, new Set(standIns.map(nameOf)));
		}
		if (folders.size === 0) return new Set();
		const words = [...new Set([...folders.values()].flatMap((names) => [...names]))];
		const found = await search(
			{ ...this.#search(), words },
			paths.filter((path) => folders.has(folderOf(path))),
			undefined,
		);
		return found?.names ?? new Set();
	}

	/** @param isCandidate undefined: every file is one, also those that an audit leaves out */
	async #placesIn(
		folders: ReadonlyMap<string, readonly number[]>,
		paths: readonly string[],
		homes: KernelResolver,
		isCandidate: ((row: number) => boolean) | undefined,
	): Promise<readonly Place[]> {
		const places: Place[] = [];
		for (const [path, rows] of folders) {
			const fileOf = (row: number) => (paths[row] as string).slice(path === '' ? 0 : path.length + 1);
			const home = await homes.of(inFolder(path, fileOf(rows[0] as number)));
			const configuration = await this.#configured.of(path);
			const isLeft = (row: number) => isLeftOut(home.inward(paths[row] as string));
			const wanted = (isCandidate ? rows.filter((row) => isCandidate(row) && !isLeft(row)) : rows).filter((row) => {
				const reason = this.#configured.excluded(configuration, paths[row] as string);
				if (reason !== undefined) this.#skipped.push({ path: paths[row] as string, reason });
				return reason === undefined;
			});
			const judgedBy = this.#configured.judgedBy(configuration, home.facts);
			if (wanted.length > 0) places.push({ path, home, names: wanted.map(fileOf), beside: rows.map(fileOf), judgedBy });
		}
		return places;
	}

	/** Every file is looked at. */
	async #all(homes: KernelResolver): Promise<number> {
		const paths = await this.#listed(undefined);
		const folders = foldersOf(paths, () => true);
		await this.#read(await this.#placesIn(folders, paths, homes, undefined), () => undefined);
		return this.#partial ? this.#done : paths.length;
	}

	async #ofRevision(tree: RevisionTree): Promise<RevisionListing> {
		const { shard, folders } = this.#options;
		const { files, skipped } = await listRevision(tree, this.#root, folders);
		this.#skipped.push(...skipped);
		return { files: files.filter(({ path }) => isInShard(path, shard)), skipped };
	}

	async #listed(memory: Memory | undefined): Promise<readonly string[]> {
		const { shard, folders, trusted, signal } = this.#options;
		if (this.#sources instanceof RevisionTree)
			return (await this.#ofRevision(this.#sources)).files.map(({ path }) => path);
		const listing = folders ? listFolders(this.#root, folders) : await list(this.#root, trusted, memory, signal);
		const { files, skipped } = listing;
		this.#unasked = listing.unasked;
		this.#skipped.push(...skipped);
		return shard ? files.filter((path) => isInShard(path, shard)) : files;
	}

	#search(): Search {
		const { signal, ripgrep, progress } = this.#options;
		return {
			sources: this.#sources,
			root: this.#root,
			words: auditWords,
			// it searches the disk
			ripgrep: this.#revision ? undefined : ripgrep,
			crew: this.#crew,
			signal,
			progress: (done, total) => progress?.('search', done, total),
		};
	}

	/**
	 * Takes the results of all places into the report.
	 * @param known what a folder holds, where nothing in it changed
	 * @returns what the folders hold, and whether that is more than was known
	 */
	async #read(
		places: readonly Place[],
		known: (folder: string) => string | undefined,
	): Promise<{ readonly contents: ReadonlyMap<string, string>; readonly fresh: boolean }> {
		const { signal, progress } = this.#options;
		const total = places.reduce((sum, { names }) => sum + names.length, 0);
		const contents = new Map<string, string>();
		let fresh = false;
		const finish = (place: Place, held: string | undefined, results: readonly FileResult[]) => {
			if (held !== undefined) contents.set(place.path, held);
			results.forEach((result, i) => {
				this.#take(place, place.names[i] as string, result);
			});
			this.#done += results.length;
			progress?.('read', this.#done, total);
		};
		const rest: Place[] = [];
		for (const place of places) {
			const held = known(place.path);
			const results = held === undefined ? undefined : this.#kept(place, held);
			if (results) finish(place, held, results);
			else rest.push(place);
		}
		// The largest first, so that no thread is left alone with it at the end.
		rest.sort((a, b) => b.names.length - a.names.length);
		await Promise.all(
			rest.map(async (place) => {
				try {
					const outcome = await this.#crew.audit(jobOf(place, this.#root));
					this.#cacheProblem ??= outcome.cacheProblem;
					fresh = true;
					finish(place, outcome.contents, outcome.results);
				} catch (error) {
					if (signal?.aborted) this.#partial = true;
					else
						finish(
							place,
							undefined,
							place.names.map(() => broken(error)),
						);
				}
			}),
		);
		return { contents, fresh };
	}

	/** Results of an earlier audit; undefined where they are missing. */
	#kept({ path, home, names, judgedBy }: Place, contents: string): readonly FileResult[] | undefined {
		const kept = new Results(this.#cache, judgedBy.facts, this.#options.setting.knownUsers);
		return kept.get(home.inward(path), names, contents);
	}

	#take(place: Place, name: string, { sites, findings, skipped, failed }: FileResult): void {
		const path = inFolder(place.path, name);
		const outward = place.home.outward.bind(place.home);
		if (findings.length > 0)
			this.#findings.set(
				path,
				findings.map((finding) => ({
					...finding,
					related: finding.related.map((one) => ({ ...one, path: outward(one.path) })),
				})),
			);
		for (const site of sites) {
			const evidence = site.evidence.map((one) => ({ ...one, path: place.home.outward(one.path) }));
			this.#sites.push({ ...site, path, evidence });
		}
		for (const reason of skipped) this.#skipped.push({ path, reason });
		if (failed) this.#failed.push(...skipped.map((reason) => ({ path, reason })));
	}
}

/** How many digits of a commit are told. */
const SHORT = 12;

/** What a report tells of its revision. */
function revisionTold({ name, commit, date }: Revision): Pick<AuditReport, 'revision' | 'named' | 'committed'> {
	return { revision: commit.slice(0, SHORT), named: name, committed: date };
}

const NOTHING = { names: new Set<string>(), skipped: [] };

/** A worker that ended takes its job with it. */
function broken(error: unknown): FileResult {
	const reason = `internal error: ${(error as Error).message ?? error}`;
	return { sites: [], findings: [], skipped: [reason], whole: false, failed: true };
}

/** Folders with a wanted file, each with the rows of all its files. */
function foldersOf(paths: readonly string[], isWanted: (row: number) => boolean): ReadonlyMap<string, number[]> {
	const folders = new Map<string, number[]>();
	paths.forEach((path, row) => {
		if (isWanted(row)) folders.set(folderOf(path), []);
	});
	paths.forEach((path, row) => {
		folders.get(folderOf(path))?.push(row);
	});
	return folders;
}

function jobOf({ path, home, names, beside, judgedBy }: Place, root: string): Job {
	return {
		folder: path === '' ? root : `${root}/${path}`,
		path: home.inward(path),
		tree: home.tree,
		...judgedBy,
		names,
		beside,
	};
}

function inFolder(folder: string, name: string): string {
	return folder === '' ? name : `${folder}/${name}`;
}
