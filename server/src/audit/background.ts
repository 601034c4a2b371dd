/** The audit in a thread of its own: whoever asks for it goes on meanwhile. */
import { constants, setPriority } from 'node:os';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { type Pool, pool, workerEmit } from 'workerpool';
import { realpath } from '../programs/find.js';
import { slashed } from '../workspace/collect.js';
import { type Audited, type AuditOptions, audit, type Stage } from './audit.js';
import { compare } from './compare.js';
import { withCommits } from './converters.js';
import { AuditError, type AuditReport } from './report.js';
import { auditHtml } from './reports/html/page.js';
import { sourceIn } from './reports/source.js';

/** Plain data: it travels to the thread, which is told over a port when it is to stop. */
export type BackgroundOptions = Omit<AuditOptions, 'signal' | 'progress'> & { readonly worker: string };

/** What the worker script offers. */
export interface BackgroundMethods {
	auditAll(options: BackgroundOptions, stop: MessagePort): Promise<Audited>;
	page(report: AuditReport, root: string, before: AuditReport | undefined): Promise<string>;
}

type Progress = Parameters<NonNullable<AuditOptions['progress']>>;

/** Milliseconds for a thread to hand over what it has when it is stopped. */
const GRACE = 700;

/**
 * Audits in a thread that starts further ones for the work, so that it hears when it is to stop.
 * @param signal stops it: the report holds what is known by then
 * @throws an AuditError for what is no folder, and where it was stopped before any result
 */
export async function auditInBackground(
	options: BackgroundOptions,
	signal: AbortSignal,
	progress: (stage: Stage, done: number, total: number) => void,
): Promise<Audited> {
	if (signal.aborted) throw new AuditError(STOPPED);
	const thread = pool(options.worker, { maxWorkers: 1, workerType: 'thread' });
	const { port1: stop, port2: heard } = new MessageChannel();
	const asked = thread.exec<BackgroundMethods['auditAll']>('auditAll', [options, heard], {
		on: (told: Progress) => progress(...told),
		transfer: [heard],
	});
	const abort = (): void => {
		stop.postMessage('stop');
		setTimeout(() => end(thread), GRACE).unref();
	};
	signal.addEventListener('abort', abort, { once: true });
	try {
		return await asked;
	} catch (error) {
		if (signal.aborted) throw new AuditError(STOPPED);
		throw AuditError.is(error) ? new AuditError(error.message) : error;
	} finally {
		signal.removeEventListener('abort', abort);
		stop.close();
		end(thread);
	}
}

/**
 * A report as a page.
 * @param root audited folder
 * @param before of a revision that it is compared with
 * @param worker script of a worker thread
 */
export async function pageInBackground(
	report: AuditReport,
	root: string,
	before: AuditReport | undefined,
	worker: string,
): Promise<string> {
	const thread = pool(worker, { maxWorkers: 1, workerType: 'thread' });
	try {
		return await thread.exec<BackgroundMethods['page']>('page', [report, root, before]);
	} finally {
		end(thread);
	}
}

const STOPPED = 'stopped before any result';

function end(thread: Pool): void {
	// what it was asked for fails, which the caller sees
	thread.terminate(true).catch(() => undefined);
}

/** In the thread. */
export const background: BackgroundMethods = { auditAll, page };

async function page(report: AuditReport, root: string, before: AuditReport | undefined): Promise<string> {
	yieldProcessor();
	if (!before) return auditHtml(report, sourceIn(root));
	const versions = [
		{ label: before.named ?? before.kernel, report: before },
		{ label: report.kernel, report },
	];
	return auditHtml(report, sourceIn(root), await withCommits(compare(versions), slashed(realpath(root))));
}

async function auditAll(options: BackgroundOptions, stop: MessagePort): Promise<Audited> {
	yieldProcessor();
	const stopped = new AbortController();
	stop.once('message', () => stopped.abort());
	// the answer may come before anybody closes the other end
	stop.unref();
	return audit({
		...options,
		signal: stopped.signal,
		progress: (...told: Progress) => workerEmit(told),
	});
}

/** Who edits comes first. On Linux alone the priority is that of a thread; those it starts inherit it. */
function yieldProcessor(): void {
	if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}
