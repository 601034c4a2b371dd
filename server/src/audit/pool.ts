import { type Pool, pool } from 'workerpool';
import { type AuditConfig, FileAuditor, type Job, type JobOutcome } from './file-auditor.js';
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
 * @param size how many at a time, at least 1
 * @param worker script of a worker thread; undefined: everything is done in this thread
 */
export function workerPool(setting: AuditConfig, size: number, worker: string | undefined): WorkerPool {
	return worker === undefined ? alone(setting) : threads(setting, size, worker);
}

function alone(setting: AuditConfig): WorkerPool {
	let auditor: FileAuditor | undefined;
	const started = (): FileAuditor => {
		auditor ??= new FileAuditor(setting);
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
			auditor?.end();
		},
	};
}

/** The analysis makes many short-lived objects: with the usual room for them a tenth of its time goes into making room. */
const LIMITS = { maxYoungGenerationSizeMb: 32 };

function threads(setting: AuditConfig, size: number, worker: string): WorkerPool {
	let workers: Pool | undefined;
	let ended = false;
	const started = () => {
		if (ended) throw new Error('ended');
		workers ??= pool(worker, { maxWorkers: size, workerType: 'thread', workerThreadOpts: { resourceLimits: LIMITS } });
		return workers;
	};
	return {
		size,
		async audit(job) {
			return started().exec<Methods['audit']>('audit', [setting, job]);
		},
		async scan(root, paths, words) {
			return started().exec<Methods['scan']>('scan', [setting, root, paths, words]);
		},
		async end() {
			ended = true;
			await workers?.terminate(true);
		},
	};
}
