/** What audits after each other share: threads whose code is compiled by then, and the repository they read. */
import type { Revisions } from '../workspace/revisionTree.js';
import { WorkerThreads } from './pool.js';
import { OpenRepository } from './repository.js';

export class AuditSession {
	/** Undefined: all is done in this thread. */
	readonly threads: WorkerThreads | undefined;
	readonly #repository = new OpenRepository();

	/**
	 * Whoever makes it ends it; nothing is started before there is work.
	 * @param worker script of a worker thread; undefined: there are none
	 * @param jobs how many threads, at least 1
	 */
	constructor(worker: string | undefined, jobs: number) {
		this.threads = worker === undefined ? undefined : new WorkerThreads(jobs, worker);
	}

	/** The repository around a folder. @param root absolute, real; nothing below it is run */
	revisions(root: string): Promise<Revisions> {
		return this.#repository.around(root);
	}

	async end(): Promise<void> {
		this.#repository.end();
		await this.threads?.end();
	}
}
