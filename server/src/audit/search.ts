import type { Sources } from '../workspace/sources.js';
import type { WorkerPool } from './pool.js';
import type { AuditSkip } from './report.js';
import { type Matches, searchWithRipgrep } from './ripgrep.js';
import { type Scanned, scan } from './scan.js';

/** For fewer files, reading them here is faster than starting anything. */
const FEW = 3000;
/** Files a worker searches at a time. */
const CHUNK = 1000;

export interface Search {
	readonly sources: Sources;
	readonly root: string;
	readonly words: readonly string[];
	/** Program; undefined: files are read in Node. */
	readonly ripgrep: string | undefined;
	readonly crew: WorkerPool;
	readonly signal: AbortSignal | undefined;
	/** @param done files searched so far */
	progress(done: number, total: number): void;
}

/** Files that name one of the words, and those that could not be read. */
export interface Found {
	readonly names: ReadonlySet<string>;
	readonly skipped: readonly AuditSkip[];
}

/** Starts ripgrep over the whole folder; undefined where there is none. */
export function startRipgrep({ ripgrep, root, words, crew, signal }: Search): Promise<Matches | undefined> | undefined {
	return ripgrep === undefined ? undefined : searchWithRipgrep(ripgrep, root, words, crew.size, signal);
}

/**
 * @param paths files to search, relative to the root
 * @param started a search of ripgrep that runs already
 * @returns undefined when it was stopped
 */
export async function search(
	task: Search,
	paths: readonly string[],
	started: Promise<Matches | undefined> | undefined,
): Promise<Found | undefined> {
	const { sources, root, words, signal } = task;
	if (!started && paths.length <= FEW) {
		const scanned = await scan(sources, root, paths, words);
		task.progress(paths.length, paths.length);
		return found([scanned]);
	}
	const matches = await (started ?? startRipgrep(task));
	if (signal?.aborted) return undefined;
	if (matches) {
		// What it could not read is asked again, for a reason in our words; its globs match no end of a line.
		const asked = new Set(matches.unread);
		const { found: readable, unread } = await scan(
			sources,
			root,
			paths.filter((path) => asked.has(path) || path.includes('\n')),
			words,
		);
		const names = new Set([...paths.filter((path) => matches.paths.has(path)), ...readable]);
		task.progress(paths.length, paths.length);
		return { names, skipped: unread };
	}
	return scanAll(task, paths);
}

async function scanAll(task: Search, paths: readonly string[]): Promise<Found | undefined> {
	const { root, words, crew, signal } = task;
	const chunks: string[][] = [];
	for (let at = 0; at < paths.length; at += CHUNK) chunks.push(paths.slice(at, at + CHUNK));
	let done = 0;
	try {
		const scanned = await Promise.all(
			chunks.map(async (chunk) => {
				const result = await crew.scan(root, chunk, words);
				if (signal?.aborted) throw signal.reason;
				done += chunk.length;
				task.progress(done, paths.length);
				return result;
			}),
		);
		return found(scanned);
	} catch (error) {
		if (signal?.aborted) return undefined;
		throw error;
	}
}

function found(scanned: readonly Scanned[]): Found {
	return {
		names: new Set(scanned.flatMap((one) => one.found)),
		skipped: scanned.flatMap(({ unread }) => unread),
	};
}
