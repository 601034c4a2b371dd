/** `check --watch`: the whole check again whenever something in its folders changes. */
import { type FSWatcher, statSync, watch as watchFolder } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { reasonOf } from '../workspace/collect.js';
import { CONFIGURATION } from '../workspace/configuration/name.js';
import { isC } from '../workspace/paths.js';
import { count } from '../workspace/wording.js';
import { type CheckOptions, check } from './check.js';
import { type Io, UsageError } from './io.js';
import { tell } from './stderr.js';

/** Milliseconds without a change before a check starts: an editor, or git, changes several files at once. */
const PAUSE = 150;
/** Pauses that are waited for where changes do not end. */
const MOST_PAUSES = 20;

/**
 * Checks, waits for a change, and checks again, until it is interrupted.
 * @returns 0, or the exit code of a first check that could not look at what was named
 */
export async function watch(given: readonly string[], options: CheckOptions, io: Io): Promise<number> {
	if (options.patch !== undefined || options.staged || options.fix || given.includes('-'))
		throw new UsageError('--watch is for files and folders, or --diff');
	const folders = new WatchedFolders(given.length > 0 ? given : ['.'], io);
	let isChecking = false;
	let stop = (): void => undefined;
	const stopped = new Promise<void>((done) => {
		stop = done;
	});
	const interrupt = (): void => {
		// what is under way has nothing to put in order
		if (isChecking) process.exit(0);
		stop();
	};
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
	try {
		for (let isStopped = false; !isStopped; ) {
			// what changes from here on is checked in the next round
			await folders.cover();
			isChecking = true;
			const code = await check(given, options, io);
			isChecking = false;
			if (code === 2 && folders.size === 0) return code;
			tell(io, `watching ${count(folders.size, 'folder')}; Ctrl+C ends`);
			isStopped = await Promise.race([folders.changed().then(() => false), stopped.then(() => true)]);
		}
		return 0;
	} finally {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, interrupt);
		folders.close();
	}
}

/** The folders of a check, each watched by itself: a watch of a whole tree misses what comes with a new folder. */
class WatchedFolders {
	readonly #paths: readonly string[];
	readonly #watchers = new Map<string, FSWatcher>();
	/** Something changed since the last round began. */
	#isStale = false;
	#heard: () => void = () => undefined;

	constructor(paths: readonly string[], { cwd }: Io) {
		this.#paths = paths.map((path) => resolve(cwd, path));
	}

	get size(): number {
		return this.#watchers.size;
	}

	/** Begins a round: folders that are new are watched from now on. */
	async cover(): Promise<void> {
		this.#isStale = false;
		const wanted = new Set<string>();
		for (const path of this.#paths) {
			const found = await stat(path).catch(() => undefined);
			if (found?.isDirectory()) await this.#walk(path, wanted);
			else if (found) this.#add(dirname(path), wanted);
		}
		for (const [folder, watcher] of this.#watchers)
			if (!wanted.has(folder)) {
				watcher.close();
				this.#watchers.delete(folder);
			}
	}

	/** Something has changed, and nothing more for a moment. */
	async changed(): Promise<void> {
		if (!this.#isStale)
			await new Promise<void>((heard) => {
				this.#heard = heard;
			});
		for (let isQuiet = false, pauses = 0; !isQuiet && pauses < MOST_PAUSES; pauses++) {
			this.#isStale = false;
			await new Promise((done) => setTimeout(done, PAUSE));
			isQuiet = !this.#isStale;
		}
	}

	close(): void {
		for (const watcher of this.#watchers.values()) watcher.close();
		this.#watchers.clear();
	}

	/** No link is followed, and no hidden folder, as in the check. */
	async #walk(top: string, wanted: Set<string>): Promise<void> {
		for (let level = [top]; level.length > 0; ) {
			const below = await Promise.all(
				level.map(async (folder) => {
					this.#add(folder, wanted);
					const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
					return entries.flatMap((entry) =>
						entry.isDirectory() && !entry.name.startsWith('.') ? join(folder, entry.name) : [],
					);
				}),
			);
			level = below.flat();
		}
	}

	#add(folder: string, wanted: Set<string>): void {
		wanted.add(folder);
		if (this.#watchers.has(folder)) return;
		try {
			const watcher = watchFolder(folder, (_, name) => this.#hear(folder, name));
			watcher.on('error', () => this.#forget(folder, watcher));
			this.#watchers.set(folder, watcher);
		} catch (error) {
			const failure = error as NodeJS.ErrnoException;
			// it went meanwhile, or nobody may read it
			if (failure.code === 'ENOENT' || failure.code === 'EACCES') return;
			this.close();
			const why = failure.code === 'ENOSPC' || failure.code === 'EMFILE' ? TOO_MANY : reasonOf(failure);
			throw new UsageError(`--watch: ${folder}: ${why}`);
		}
	}

	#forget(folder: string, watcher: FSWatcher): void {
		watcher.close();
		if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
		this.#hear(folder, null);
	}

	/** @param name of what changed in the folder; null where nobody knows */
	#hear(folder: string, name: string | null): void {
		const isRead = name === null || isC(name) || /^(?:Makefile|Kbuild)$/.test(name) || name === CONFIGURATION;
		if (!isRead && (name.startsWith('.') || !mayBeFolder(join(folder, name)))) return;
		this.#isStale = true;
		this.#heard();
	}
}

/** A folder that came, or something that went. */
function mayBeFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? !/\.\w+$/.test(path);
}

const TOO_MANY = 'the system watches no more folders (fs.inotify.max_user_watches); name a smaller folder';
