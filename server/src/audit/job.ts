/** What a worker does for the main thread: nothing here needs more than what is handed over. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Engine, loadEngine, type Site } from '../engine.js';
import { kernelFor, newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import { Lines } from '../workspace/lines.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { readSource } from '../workspace/read.js';
import { TreeLocator } from '../workspace/trees.js';
import { Cache } from './cache.js';
import type { AuditSite } from './report.js';
import { type FileResult, Results } from './results.js';
import { VANISHED } from './scope.js';

/** How all files of an audit are judged. Plain data: it travels to the workers. */
export interface Setting {
	/** Files of the two wasm modules. */
	readonly wasm: { readonly core: string; readonly grammar: string };
	/** Version for files outside a kernel tree; undefined: the newest known. */
	readonly kernel: string | undefined;
	/** False: evidence alone decides. */
	readonly knownUsers: boolean;
	/** False: files that name none of the words are analysed like the others. */
	readonly prefilter: boolean;
	readonly cache: { readonly above: string; readonly version: string } | undefined;
}

/** The candidates of one folder. */
export interface Job {
	/** Root of their kernel tree; undefined outside any. */
	readonly tree: string | undefined;
	/** Names their kernel's facts in the cache. */
	readonly facts: string;
	readonly files: readonly {
		/** Absolute. */
		readonly file: string;
		/** As the engine knows it: relative to the kernel tree, or to the audited folder. */
		readonly path: string;
	}[];
}

export interface FileOutcome {
	readonly file: string;
	/** Digest of the content; undefined where it was not read. */
	readonly content: string | undefined;
	readonly result: FileResult;
}

export interface JobOutcome {
	readonly files: readonly FileOutcome[];
	/** Why results were not stored. */
	readonly cacheProblem: string | undefined;
}

/** Judges the files of one setting, folder by folder. */
export class Auditor {
	readonly #setting: Setting;
	readonly #engine: Promise<Engine>;
	readonly #locator = new TreeLocator(nodeFiles);
	readonly #outside: Kernel;
	readonly #cache: Cache | undefined;

	constructor(setting: Setting) {
		const { wasm, kernel, cache } = setting;
		this.#setting = setting;
		this.#engine = Promise.all([readFile(wasm.core), readFile(wasm.grammar)]).then(([core, grammar]) =>
			loadEngine({ core, grammar }),
		);
		this.#outside = kernel === undefined ? newestKernel() : kernelFor(kernel);
		this.#cache = cache && new Cache(cache.above, cache.version);
	}

	async run(job: Job): Promise<JobOutcome> {
		const engine = await this.#engine;
		const tree = job.tree === undefined ? undefined : await this.#locator.find(job.tree, true);
		const results = new Results(this.#cache, job.facts, this.#setting.knownUsers);
		const files = job.files.map((file) => this.#look(engine, tree?.kernel ?? this.#outside, results, file));
		return { files, cacheProblem: this.#cache?.problem };
	}

	#look(engine: Engine, kernel: Kernel, results: Results, { file, path }: Job['files'][number]): FileOutcome {
		const read = readSource(file, undefined);
		if (read.kind !== 'text') {
			const reason = !existsSync(file) ? VANISHED : read.kind === 'skipped' ? read.reason : 'nothing to read';
			return { file, content: undefined, result: { sites: [], skipped: [reason], failed: false } };
		}
		const content = results.contentOf(read.bytes);
		const known = results.get(path, content);
		if (known) return { file, content, result: known };
		try {
			const result = audited(engine, read.source.text, path, kernel, this.#setting);
			results.put(path, content, result);
			return { file, content, result };
		} catch (error) {
			// One file that breaks the engine must not hide the sites of all others.
			const reason = `internal error: ${(error as Error).stack ?? error}`;
			return { file, content, result: { sites: [], skipped: [reason], failed: true } };
		}
	}
}

/** The one place that asks the engine. */
function audited(
	engine: Engine,
	text: string,
	path: string,
	kernel: Kernel,
	{ knownUsers, prefilter }: Setting,
): FileResult {
	const { sites, unread, bounded } = engine.audit(text, { path, kernel, fixes: false, knownUsers, prefilter });
	const lines = new Lines(text);
	const skipped = [
		...unread.map((name) => `function ${name} could not be parsed`),
		...bounded.map((name) => `function ${name} has too many paths to follow its pages`),
	];
	return { sites: sites.map((site) => told(site, path, lines)), skipped, failed: false };
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
