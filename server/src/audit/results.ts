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
export const areResults = listOf(
	exactly({
		sites: listOf(isSite),
		findings: listOf(isFinding),
		skipped: listOf(isString),
		whole: oneOf(true),
		failed: oneOf(false),
	}),
);

/** Names what the files of a kernel are judged by. Plain data: it travels to the workers. */
export interface KernelFacts {
	/** Release, functions and flags: the same in the stable releases of a kernel, mostly. */
	readonly release: string;
	/** "6.12.117": told in some results, and asked for by some files. */
	readonly version: string;
}

/** Results of the files of a folder, by its path, what it holds, and what they are judged by. */
export class Results {
	readonly #cache: Cache | undefined;
	readonly #facts: KernelFacts;
	readonly #judgedBy: string;

	constructor(cache: Cache | undefined, facts: KernelFacts, knownUsers: boolean) {
		this.#cache = cache;
		this.#facts = facts;
		this.#judgedBy = digest(facts.release, String(knownUsers));
	}

	/**
	 * @param folder as the engine knows it
	 * @param names of the files asked for
	 * @param contents names the contents of the folder
	 * @returns in the order of the names; undefined where they are missing, or are not what they should be
	 */
	get(folder: string, names: readonly string[], contents: string): readonly FileResult[] | undefined {
		const stored =
			this.#stored(this.#name(folder, names, contents)) ?? this.#stored(this.#name(folder, names, contents, true));
		return stored?.length === names.length ? stored : undefined;
	}

	/**
	 * What was not read to its end is not kept, nor what stands beside it.
	 * @param ofVersion the files ask for the version of the kernel
	 */
	put(
		folder: string,
		names: readonly string[],
		contents: string,
		results: readonly FileResult[],
		ofVersion: boolean,
	): void {
		if (!results.every(({ whole }) => whole)) return;
		const packed = packJson(results);
		const isTold = Buffer.from(packed).includes(this.#facts.version);
		this.#cache?.put('results', this.#name(folder, names, contents, ofVersion || isTold), packed);
	}

	#stored(name: string): readonly FileResult[] | undefined {
		const bytes = this.#cache?.get('results', name);
		const stored = bytes && unpackJson(bytes);
		return areResults(stored) ? (stored as readonly FileResult[]) : undefined;
	}

	#name(folder: string, names: readonly string[], contents: string, ofVersion = false): string {
		const version = ofVersion ? [this.#facts.version, ''] : [];
		return digest(this.#judgedBy, folder, contents, ...names, ...version);
	}
}
