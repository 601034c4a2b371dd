import { lstatSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Git, GitError, PLAIN_DIFF } from '../programs/git.js';
import { slashed } from './collect.js';
import { isGarbled } from './entries.js';
import { isInside } from './relativePath.js';
import { commitNamed } from './revision.js';

/** A file that differs from a revision. Paths are absolute, with "/". */
export interface Changed {
	/** In the work tree; undefined for a file that is gone. */
	readonly now: string | undefined;
	/** Its name in the revision; undefined for a new file. */
	readonly before: string | undefined;
}

/** A revision of the repository around a folder. */
export class Revision {
	/** Absolute, real, with "/". */
	readonly top: string;
	readonly #git: Git;
	readonly #commit: string;

	private constructor(git: Git, commit: string) {
		this.top = slashed(git.top);
		this.#git = git;
		this.#commit = commit;
	}

	/** @throws GitError when there is no repository or no such revision */
	static async find(name: string, cwd: string): Promise<Revision> {
		const git = await Git.around(cwd);
		return new Revision(git, await commitNamed(git, name));
	}

	/**
	 * Files of the work tree that differ, untracked ones with them.
	 * @throws GitError
	 */
	async changes(): Promise<Changed[]> {
		const fields = async (...argv: string[]) => (await this.#git.run(argv)).split('\0').filter(Boolean);
		const [differing, untracked] = await Promise.all([
			fields('diff', ...PLAIN_DIFF, '--name-status', '-z', '-M', this.#commit, '--'),
			fields('ls-files', '--others', '--exclude-standard', '-z'),
		]);
		return [...read(differing), ...untracked.map((path) => ({ now: path, before: undefined }))].flatMap((change) => {
			const now = change.now !== undefined && this.#isFile(change.now) ? `${this.top}/${change.now}` : undefined;
			const before =
				change.before !== undefined && this.#isOurs(change.before) ? `${this.top}/${change.before}` : undefined;
			return now === undefined && before === undefined ? [] : [{ now, before }];
		});
	}

	/**
	 * Text of a file in the revision; undefined when it has none.
	 * @param path absolute
	 * @throws GitError when the revision has the file, and the repository lacks its content
	 */
	async text(path: string): Promise<string | undefined> {
		const inside = path.slice(this.top.length + 1);
		try {
			return await this.#git.run(['cat-file', 'blob', `${this.#commit}:${inside}`]);
		} catch (error) {
			if (error instanceof GitError && error.endless) throw error;
			const entry = await this.#git.run(['ls-tree', '-z', this.#commit, '--', inside]).catch(() => '');
			if (/^\d+ blob /.test(entry))
				throw new GitError(`the repository lacks the content of ${inside} (nothing is fetched)`);
			if (error instanceof GitError) return undefined;
			throw error;
		}
	}

	/** A regular file, or one that is told as skipped because its name is no text. @param path relative to the top */
	#isFile(path: string): boolean {
		const absolute = `${this.top}/${path}`;
		const isThere = isFile(absolute) ?? isGarbled(absolute);
		return isThere && this.#isOurs(path);
	}

	/** Its folder lies in the work tree, not behind a symbolic link; or is gone. @param path relative to the top */
	#isOurs(path: string): boolean {
		if (!isInside(path)) return false;
		const folder = dirname(`${this.top}/${path}`);
		try {
			return slashed(realpathSync(folder)) === folder;
		} catch {
			return true;
		}
	}
}

/**
 * Files that differ between two commits.
 * @param from name of a commit, in full, like `to`
 * @throws GitError
 */
export async function changedBetween(git: Git, from: string, to: string): Promise<readonly Changed[]> {
	const top = slashed(git.top);
	const told = await git.run(['diff', ...PLAIN_DIFF, '--name-status', '-z', '-M', from, to, '--']);
	const absolute = (path: string | undefined) => (path !== undefined && isInside(path) ? `${top}/${path}` : undefined);
	return read(told.split('\0').filter(Boolean)).flatMap((change) => {
		const now = absolute(change.now);
		const before = absolute(change.before);
		return now === undefined && before === undefined ? [] : [{ now, before }];
	});
}

/** The index of the repository around a folder, against HEAD. */
export class Staged {
	readonly #git: Git;
	readonly #top: string;
	readonly #index: string | undefined;
	/** undefined before the first commit. */
	readonly #head: string | undefined;

	private constructor(git: Git, index: string | undefined, head: string | undefined) {
		this.#git = git;
		this.#top = slashed(git.top);
		this.#index = index;
		this.#head = head;
	}

	/**
	 * @param index file of another index than the repository's own
	 * @throws GitError where there is no repository
	 */
	static async find(cwd: string, index: string | undefined): Promise<Staged> {
		const git = await Git.around(cwd);
		const head = await git.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']).catch(() => undefined);
		return new Staged(git, index === undefined ? undefined : resolve(cwd, index), head?.trim());
	}

	/**
	 * Files that differ from HEAD, and those that the work tree has otherwise than the index: absolute, with "/".
	 * @throws GitError
	 */
	async changes(): Promise<{ readonly files: readonly Changed[]; readonly unstaged: readonly string[] }> {
		const fields = async (...argv: string[]) => (await this.#run(argv)).split('\0').filter(Boolean);
		const differing = this.#head
			? read(await fields('diff', ...PLAIN_DIFF, '--cached', '--name-status', '-z', '-M', this.#head, '--'))
			: (await fields('ls-files', '--cached', '-z')).map((now) => ({ now, before: undefined }));
		const [worked, untracked] = await Promise.all([
			fields('diff', ...PLAIN_DIFF, '--name-only', '-z', '--no-renames', '--'),
			fields('ls-files', '--others', '--exclude-standard', '-z'),
		]);
		const absolute = (path: string | undefined) => (path === undefined ? undefined : `${this.#top}/${path}`);
		return {
			files: differing.map(({ now, before }) => ({ now: absolute(now), before: absolute(before) })),
			unstaged: [...worked, ...untracked].map((path) => `${this.#top}/${path}`),
		};
	}

	/** Text of a file in the index; undefined when it has none. @param path absolute */
	text(path: string): Promise<string | undefined> {
		return this.#blob(`:0:${this.#inside(path)}`);
	}

	/** Text of a file in HEAD; undefined when it has none. @param path absolute */
	committed(path: string): Promise<string | undefined> {
		return this.#head === undefined ? Promise.resolve(undefined) : this.#blob(`${this.#head}:${this.#inside(path)}`);
	}

	async #blob(name: string): Promise<string | undefined> {
		try {
			return await this.#run(['cat-file', 'blob', name]);
		} catch (error) {
			if (error instanceof GitError && !error.endless) return undefined;
			throw error;
		}
	}

	#run(argv: readonly string[]): Promise<string> {
		return this.#git.run(argv, this.#index);
	}

	#inside(path: string): string {
		return path.slice(this.#top.length + 1);
	}
}

/** Commits that are looked through for one; a series has tens. */
const RECENT = 1000;

/**
 * Both contents of a file that a commit of late has changed, by the names git gives them, also abbreviated ones.
 * @param path from the top of the work tree
 * @returns undefined where no such commit leads to what is checked out, and where there is no repository around the folder
 */
export async function recorded(
	folder: string,
	path: string,
	before: string,
	now: string,
): Promise<readonly [before: string, now: string] | undefined> {
	try {
		const git = await Git.around(folder);
		const log = ['log', `--max-count=${RECENT}`, '--no-merges', '--format=', '--raw', '--no-abbrev', '-z'];
		const fields = (await git.run([...log, ...PLAIN_DIFF, '--no-renames', 'HEAD', '--'])).split('\0');
		for (const [i, field] of fields.entries()) {
			const [, old = '', text = ''] = /^\n*:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) /.exec(field) ?? [];
			if (old === '' || fields[i + 1] !== path || !old.startsWith(before) || !text.startsWith(now)) continue;
			return [await git.run(['cat-file', 'blob', old]), await git.run(['cat-file', 'blob', text])];
		}
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
	}
	return undefined;
}

/** "M\0path", "A\0path", "D\0path", "R100\0old\0new". Paths relative to the top. */
function read(fields: readonly string[]): Changed[] {
	const changes: Changed[] = [];
	for (let i = 0; i < fields.length; ) {
		const status = fields[i++] as string;
		const path = fields[i++] as string;
		if (/^[RC]/.test(status)) changes.push({ before: path, now: fields[i++] });
		else changes.push({ before: status === 'A' ? undefined : path, now: status === 'D' ? undefined : path });
	}
	return changes;
}

/** @returns undefined for what cannot be looked at: gone, a name too long, links in circles */
function isFile(path: string): boolean | undefined {
	try {
		return lstatSync(path).isFile();
	} catch {
		return undefined;
	}
}
