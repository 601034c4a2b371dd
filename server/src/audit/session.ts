/** What audits after each other share: threads whose code is compiled by then, and the repository they read. */
import { WorkerThreads } from './pool.js';
import { OpenRepository } from './repository.js';

export class AuditSession {
	/** Undefined: all is done in this thread. */
	readonly threads: WorkerThreads | undefined;
	/** That revisions are read of in this thread. */
	readonly repository = new OpenRepository();

	/**
	 * Whoever makes it ends it; nothing is started before there is work.
	 * @param worker script of a worker thread; undefined: there are none
	 * @param jobs how many threads, at least 1
	 */
	constructor(worker: string | undefined, jobs: number) {
		this.threads = worker === undefined ? undefined : new WorkerThreads(jobs, worker);
	}

	async end(): Promise<void> {
		this.repository.end();
		await this.threads?.end();
	}
}
