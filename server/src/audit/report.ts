/** What an audit gives: plain data, and the JSON that is printed and read again. */
import type { Site, Verdict } from '../verdict/site.js';
import type { Shard } from './shard.js';

export interface AuditEvidence {
	/** Relative to the audited folder, with "/". */
	readonly path: string;
	/** From 1. */
	readonly line: number;
	readonly text: string;
}

/** One call that takes references on user pages: a `Site`, placed by path and line. */
export interface AuditSite extends Omit<Site, 'start' | 'end' | 'evidence'> {
	/** Relative to the audited folder, with "/". */
	readonly path: string;
	/** Of the function's name, from 1. */
	readonly line: number;
	readonly evidence: readonly AuditEvidence[];
}

/** What was not looked at, or not entirely. */
export interface AuditSkip {
	/** Relative to the audited folder, with "/". */
	readonly path: string;
	readonly reason: string;
}

export interface AuditReport {
	readonly tool: { readonly name: string; readonly version: string };
	/** Version of the kernel the files were judged by, such as "6.12.117". */
	readonly kernel: string;
	/** No tree and no user said which kernel it is: the newest known. Absent otherwise. */
	readonly kernelAssumed?: true;
	/** Number of `.c` and `.h` files looked at, with those that name nothing of the family. */
	readonly files: number;
	readonly elapsedMs: number;
	/** When it ended, ISO 8601 in UTC; absent where two audits of one tree are to be equal. */
	readonly taken?: string;
	/** Abbreviated commit of the revision, or of the work tree where git was asked. */
	readonly revision?: string;
	/** Name of the revision as the user gave it; absent for what lay on the disk. */
	readonly named?: string;
	/** When that commit was made, ISO 8601 in UTC. */
	readonly committed?: string;
	/** It was stopped before its end. */
	readonly partial: boolean;
	/** It looked at this part of the folder alone; absent: at all of it. */
	readonly shard?: Shard;
	/** By path, then line, then place in the line. */
	readonly sites: readonly AuditSite[];
	/** By path. */
	readonly skipped: readonly AuditSkip[];
}

const AUDIT_ERROR = 'AuditError';

/** A folder that cannot be audited, or a file that is no report; the message says why. */
export class AuditError extends Error {
	override readonly name = AUDIT_ERROR;

	/** Also of an error that came from another thread, where its class is lost. */
	static is(error: unknown): error is AuditError {
		return error instanceof Error && error.name === AUDIT_ERROR;
	}
}

/** From what is done to what must be done, as people read it. */
export const VERDICTS: readonly Verdict[] = ['ok', 'keep', 'benefit', 'convert', 'bug'];

/** "2/8" */
export function shardName({ index, of }: Shard): string {
	return `${index}/${of}`;
}

/** Order of paths in a report: that of their UTF-16 units, the same everywhere. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
	return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
