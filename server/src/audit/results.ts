import { ruleMetas } from '../rules/index.js';
import { SEVERITIES, type Severity, TAGS, type Tag } from '../rules/rule.js';
import { KEEP_REASONS, TARGETS } from '../verdict/site.js';
import type { Position } from '../workspace/lines.js';
import { isInside } from '../workspace/relativePath.js';
import { exactly, isCount, isOrdinal, isString, isWord, listOf, oneOf } from '../workspace/shape.js';
import { type Cache, digest } from './cache.js';
import { type AuditSite, VERDICTS } from './report.js';
import { packJson, unpackJson } from './sections.js';

/** A finding of a rule, as an editor lists it. Lines and columns from 1, columns in UTF-16 units, `end` exclusive. */
export interface AuditFinding {
	readonly rule: string;
	readonly severity: Severity;
	readonly message: string;
	readonly tags: readonly Tag[];
	readonly start: Position;
	readonly end: Position;
	readonly related: readonly {
		/** Like the path of the file. */
		readonly path: string;
		readonly start: Position;
		/** UTF-16 units. */
		readonly length: number;
		readonly message: string;
	}[];
}

/** What the engine said of a file; paths as the engine knows them. */
export interface FileResult {
	readonly sites: readonly AuditSite[];
	readonly findings: readonly AuditFinding[];
	/** What of it was not looked at. */
	readonly skipped: readonly string[];
	/** The file was read to its end: the result may be kept. */
	readonly whole: boolean;
	/** The engine broke on it. */
	readonly failed: boolean;
}

const isRule = oneOf(...ruleMetas.map(({ id }) => id));
const isPosition = exactly({ line: isOrdinal, column: isOrdinal });

const isSite = exactly({
	path: isInside,
	line: isOrdinal,
	function: isWord,
	api: isString,
	flags: isWord,
	release: isWord,
	verdict: oneOf(...VERDICTS),
	target: oneOf(null, ...TARGETS),
	reason: oneOf(null, ...KEEP_REASONS),
	decidedBy: oneOf('inference', 'known-user'),
	source: isWord,
	evidence: listOf(exactly({ path: isInside, line: isOrdinal, text: isString })),
	findings: listOf(isRule),
});

const isFinding = exactly({
	rule: isRule,
	severity: oneOf(...SEVERITIES),
	message: isString,
	tags: listOf(oneOf(...TAGS)),
	start: isPosition,
	end: isPosition,
	related: listOf(exactly({ path: isInside, start: isPosition, length: isCount, message: isString })),
});

/** As they are kept: of files that were read to their end. */
const areResults = listOf(
	exactly({
		sites: listOf(isSite),
		findings: listOf(isFinding),
		skipped: listOf(isString),
		whole: oneOf(true),
		failed: oneOf(false),
	}),
);

/** Results of the files of a folder, by its path, what it holds, and what they are judged by. */
export class Results {
	readonly #cache: Cache | undefined;
	readonly #judgedBy: string;

	/** @param facts names the facts of the kernel */
	constructor(cache: Cache | undefined, facts: string, knownUsers: boolean) {
		this.#cache = cache;
		this.#judgedBy = digest(facts, String(knownUsers));
	}

	/**
	 * @param folder as the engine knows it
	 * @param names of the files asked for
	 * @param contents names the contents of the folder
	 * @returns in the order of the names; undefined where they are missing, or are not what they should be
	 */
	get(folder: string, names: readonly string[], contents: string): readonly FileResult[] | undefined {
		const bytes = this.#cache?.get('results', this.#name(folder, names, contents));
		const stored = bytes && unpackJson(bytes);
		if (!areResults(stored)) return undefined;
		const results = stored as readonly FileResult[];
		return results.length === names.length ? results : undefined;
	}

	/** What was not read to its end is not kept, nor what stands beside it. */
	put(folder: string, names: readonly string[], contents: string, results: readonly FileResult[]): void {
		if (results.every(({ whole }) => whole))
			this.#cache?.put('results', this.#name(folder, names, contents), packJson(results));
	}

	#name(folder: string, names: readonly string[], contents: string): string {
		return digest(this.#judgedBy, folder, contents, ...names);
	}
}
