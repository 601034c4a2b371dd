import { type Cache, digest } from './cache.js';
import type { AuditSite } from './report.js';

/** What the engine said of a file; paths as the engine knows them. */
export interface FileResult {
	readonly sites: readonly AuditSite[];
	/** What of it was not looked at. */
	readonly skipped: readonly string[];
	/** The file was read to its end: the result may be kept. */
	readonly whole: boolean;
	/** The engine broke on it. */
	readonly failed: boolean;
}

/** Results of files, by path, what the folder around them holds, and what they are judged by. */
export class Results {
	readonly #cache: Cache | undefined;
	readonly #judgedBy: string;

	/** @param facts names the facts of the kernel */
	constructor(cache: Cache | undefined, facts: string, knownUsers: boolean) {
		this.#cache = cache;
		this.#judgedBy = digest(facts, String(knownUsers));
	}

	/** @param contents names the contents of the folder that the file is in */
	get(path: string, contents: string): FileResult | undefined {
		const bytes = this.#cache?.get('results', this.#name(path, contents));
		return bytes && (JSON.parse(bytes.toString()) as FileResult);
	}

	put(path: string, contents: string, result: FileResult): void {
		this.#cache?.put('results', this.#name(path, contents), Buffer.from(JSON.stringify(result)));
	}

	#name(path: string, contents: string): string {
		return digest(this.#judgedBy, path, contents);
	}
}
