import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { AuditOptions } from '../audit/audit.js';
import { programVersion } from '../audit/program.js';
import { findRipgrep } from '../audit/ripgrep.js';
import { AuditSession } from '../audit/session.js';
import type { Shard } from '../audit/shard.js';
import { userCache } from '../audit/userCache.js';
import { tool } from '../version.js';
import { slashed } from '../workspace/collect.js';
import { wasmFiles } from './engine.js';
import type { Io } from './io.js';
import { folderOfProgram } from './package.js';

/** How a tree is audited, as the command line says it. */
export interface TreeOptions {
	readonly kernel?: string;
	readonly knownUsers: boolean;
	readonly prefilter: boolean;
	readonly cache: boolean;
	readonly shard?: Shard;
	readonly jobs?: number;
	/** Name of a revision that is read in place of what is checked out. */
	readonly rev?: string;
	/** Shared by the audits of one command. */
	readonly session?: AuditSession;
}

/** What the audits of one command share. @param jobs as the command line says it */
export function auditSession(jobs = availableParallelism()): AuditSession {
	return new AuditSession(workerOf(jobs), jobs);
}

/** Script of a worker thread; one thread more would only take its time to start where there is one job. */
function workerOf(jobs: number): string | undefined {
	return jobs === 1 ? undefined : workerScript;
}

const workerScript = folderOfProgram && join(folderOfProgram, 'commands.js');

/** @param tree as the user named it */
export function prepared(tree: string, options: TreeOptions, io: Io): AuditOptions {
	const { kernel, knownUsers, prefilter, cache, shard, rev, session } = options;
	const folder = resolve(io.cwd, tree);
	const jobs = options.jobs ?? availableParallelism();
	return {
		tree: folder,
		trusted: true,
		tool,
		setting: { wasm: wasmFiles(), kernel, knownUsers, prefilter },
		workspace: { folder: slashed(io.cwd), always: false },
		cache: cache ? { above: userCache(), version: programVersion(tool.version, workerScript) } : undefined,
		ripgrep: findRipgrep(folder),
		worker: workerOf(jobs),
		jobs,
		session,
		...(shard ? { shard } : {}),
		...(rev === undefined ? {} : { revision: rev }),
	};
}
