import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { AuditError, type AuditOptions, audit } from '../audit/audit.js';
import { userCache } from '../audit/cache.js';
import { findRipgrep } from '../audit/ripgrep.js';
import type { Shard } from '../audit/shard.js';
import { wasmFiles } from './engine.js';
import { type Io, UsageError } from './io.js';
import { folderOfProgram, tool } from './package.js';
import { progressBar } from './progress.js';
import { type ReportOptions, write } from './reports.js';
import { tell } from './tell.js';

export interface AuditCommand extends ReportOptions {
	readonly kernel?: string;
	readonly knownUsers: boolean;
	readonly prefilter: boolean;
	readonly cache: boolean;
	readonly shard?: Shard;
	readonly jobs?: number;
}

/** @returns 0 done, 1 stopped before its end, 2 an input or program error */
export async function runAudit(tree: string, options: AuditCommand, io: Io): Promise<number> {
	const stop = new AbortController();
	const interrupt = () => {
		// The second one ends the program as usual.
		process.removeListener('SIGINT', interrupt);
		stop.abort();
	};
	process.on('SIGINT', interrupt);
	const bar = progressBar(io);
	try {
		const audited = await audit({ ...prepared(tree, options, io), signal: stop.signal, progress: bar.show });
		bar.end();
		const { report, notes, failed } = audited;
		for (const note of notes) tell(io, note);
		for (const { path, reason } of failed) tell(io, `${path}: ${reason}`);
		if (report.partial) tell(io, 'stopped: the report is partial');
		await write(report, resolve(io.cwd, tree), options, io);
		return failed.length > 0 ? 2 : report.partial ? 1 : 0;
	} catch (error) {
		if (error instanceof AuditError) throw new UsageError(`${tree}: ${error.message}`);
		throw error;
	} finally {
		bar.end();
		process.removeListener('SIGINT', interrupt);
	}
}

/** The audit of another tree to compare with: like the first, without its progress. */
export function prepared(tree: string, options: AuditCommand, io: Io): AuditOptions {
	const { kernel, knownUsers, prefilter, cache, shard } = options;
	const worker = folderOfProgram && join(folderOfProgram, 'audit.worker.js');
	return {
		tree: resolve(io.cwd, tree),
		tool,
		setting: { wasm: wasmFiles(), kernel, knownUsers, prefilter },
		cache: cache ? { above: userCache(), version: programVersion(worker) } : undefined,
		ripgrep: findRipgrep(),
		worker,
		jobs: options.jobs ?? availableParallelism(),
		...(shard ? { shard } : {}),
	};
}

/** Names what computed a result: the version, and the very program where it is built. */
function programVersion(worker: string | undefined): string {
	if (worker === undefined || !existsSync(worker)) return `${tool.version}-source`;
	return `${tool.version}-${createHash('sha1').update(readFileSync(worker)).digest('hex').slice(0, 12)}`;
}
