import { type Pool, pool } from 'workerpool';
import { type AuditConfig, FileAuditor, type Job, type JobOutcome } from './file-auditor.js';
import type { OpenRepository } from './repository.js';
import type { Scanned } from './scan.js';

/** Where the work is done. */
export interface WorkerPool {
	/** How many at a time. */
	readonly size: number;
	audit(job: Job): Promise<JobOutcome>;
	scan(root: string, paths: readonly string[], words: readonly string[]): Promise<Scanned>;
	/** Ends it at once; what was asked for and is not done fails. */
	end(): Promise<void>;
}

/** What the worker script offers. */
export interface Methods {
	audit(setting: AuditConfig, job: Job): Promise<JobOutcome>;
	scan(setting: AuditConfig, root: string, paths: readonly string[], words: readonly string[]): Promise<Scanned>;
}

/**
 * @param setting how everything is judged
 * @param threads undefined: everything is done in this thread
 * @param repository that a revision is read of in this thread; whoever opened it ends it
 */
export function workerPool(
	setting: AuditConfig,
	threads: WorkerThreads | undefined,
	repository: OpenRepository,
): WorkerPool {
	return threads === undefined ? alone(setting, repository) : inThreads(setting, threads);
}

function alone(setting: AuditConfig, repository: OpenRepository): WorkerPool {
	let auditor: FileAuditor | undefined;
	const started = (): FileAuditor => {
		auditor ??= new FileAuditor(setting, repository);
		return auditor;
	};
	let ended = false;
	let last: Promise<unknown> = Promise.resolve();
	/** One after the other, with a turn of the event loop between them: a signal is heard there. */
	const inTurn = <T>(work: () => T | Promise<T>): Promise<T> => {
		const mine = last.then(async () => {
			await new Promise((next) => setImmediate(next));
			if (ended) throw new Error('ended');
			return work();
		});
		last = mine.catch(() => undefined);
		return mine;
	};
	return {
		size: 1,
		audit: (job) => inTurn(() => started().run(job)),
		scan: (root, paths, words) => inTurn(() => started().scan(root, paths, words)),
		async end() {
			ended = true;
		},
	};
}

/** The analysis makes many short-lived objects: with the usual room for them a tenth of its time goes into making room. */
const LIMITS = { maxYoungGenerationSizeMb: 32 };

/** Threads for one audit or for several after each other, which find their code compiled then. */
export class WorkerThreads {
	/** How many, at least 1. */
	readonly size: number;
	readonly #script: string;
	#pool: Pool | undefined;
	#ended = false;

	/** @param script of a worker thread; none is started before there is work */
	constructor(size: number, script: string) {
		this.size = size;
		this.#script = script;
	}

	run<M extends keyof Methods>(method: M, ...asked: Parameters<Methods[M]>): Promise<Awaited<ReturnType<Methods[M]>>> {
		if (this.#ended) return Promise.reject(new Error('ended'));
		this.#pool ??= pool(this.#script, {
			maxWorkers: this.size,
			workerType: 'thread',
			workerThreadOpts: { resourceLimits: LIMITS },
		});
		return Promise.resolve(this.#pool.exec<Methods[M]>(method, asked));
	}

	/** Ends them at once; what was asked for and is not done fails. */
	async end(): Promise<void> {
		this.#ended = true;
		await this.#pool?.terminate(true);
	}
}

function inThreads(setting: AuditConfig, threads: WorkerThreads): WorkerPool {
	return {
		size: threads.size,
		audit: (job) => threads.run('audit', setting, job),
		scan: (root, paths, words) => threads.run('scan', setting, root, paths, words),
		end: () => threads.end(),
	};
}
