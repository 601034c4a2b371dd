import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { slashed } from './collect.js';

const run = promisify(execFile);

/** A hook's environment names its own repository; what a work tree configures is never run. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.quotePath=false', '--no-optional-locks'];
/** Bytes of one answer. */
const MOST = 1 << 28;

/** Git cannot answer; the message is its own. */
export class GitError extends Error {}

/** What git prints, run in a folder. @throws GitError */
export async function git(cwd: string, argv: readonly string[]): Promise<string> {
	try {
		return (await run('git', [...SAFE, ...argv], { cwd, env: ENV, maxBuffer: MOST })).stdout;
	} catch (error) {
		const { stderr, code } = error as { stderr?: string; code?: string | number };
		if (code === 'ENOENT') throw new GitError('git is not installed');
		throw new GitError(
			(stderr ?? String(error))
				.trim()
				.split('\n')[0]
				?.replace(/^fatal: /, '') || String(error),
		);
	}
}

/** Options that turn off the programs a repository configures to run over its files. */
async function withoutFilters(cwd: string): Promise<string[]> {
	const names = await git(cwd, ['config', '--name-only', '--get-regexp', '^filter\\..*\\.(clean|process)$']).catch(
		() => '',
	);
	return names
		.split('\n')
		.filter(Boolean)
		.flatMap((name) => ['-c', `${name}=`, '-c', `${name.replace(/[^.]+$/, 'required')}=false`]);
}

/** A file that differs from a revision. Paths are absolute, with "/". */
export interface Changed {
	/** In the work tree; undefined for a file that is gone. */
	readonly now: string | undefined;
	/** Its name in the revision; undefined for a new file. */
	readonly before: string | undefined;
}

/** A revision of the repository around a folder. */
export class Revision {
	readonly top: string;
	readonly #commit: string;

	private constructor(top: string, commit: string) {
		this.top = top;
		this.#commit = commit;
	}

	/** @throws GitError when there is no repository or no such revision */
	static async find(name: string, cwd: string): Promise<Revision> {
		const top = (await git(cwd, ['rev-parse', '--show-toplevel'])).trim();
		const commit = await git(cwd, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]).catch(
			() => undefined,
		);
		if (!commit) throw new GitError(`no revision "${name}"`);
		return new Revision(slashed(top), commit.trim());
	}

	/** Files of the work tree that differ, untracked ones with them. */
	async changes(): Promise<Changed[]> {
		const plain = await withoutFilters(this.top);
		const [differing, untracked] = await Promise.all([
			git(this.top, [
				...plain,
				'diff',
				'--no-ext-diff',
				'--no-textconv',
				'--name-status',
				'-z',
				'-M',
				this.#commit,
				'--',
			]),
			git(this.top, ['ls-files', '--others', '--exclude-standard', '-z']),
		]);
		const added = untracked.split('\0').filter(Boolean);
		return [
			...this.#read(differing.split('\0').filter(Boolean)),
			...added.map((path) => ({ now: `${this.top}/${path}`, before: undefined })),
		];
	}

	/** Text of a file in the revision; undefined when it has none. @param path absolute */
	async text(path: string): Promise<string | undefined> {
		const inside = path.slice(this.top.length + 1);
		return git(this.top, ['cat-file', 'blob', `${this.#commit}:${inside}`]).catch(() => undefined);
	}

	/** "M\0path", "A\0path", "D\0path", "R100\0old\0new" */
	#read(fields: readonly string[]): Changed[] {
		const changes: Changed[] = [];
		for (let i = 0; i < fields.length; ) {
			const status = fields[i++] as string;
			const path = `${this.top}/${fields[i++]}`;
			if (/^[RC]/.test(status)) changes.push({ before: path, now: `${this.top}/${fields[i++]}` });
			else changes.push({ before: status === 'A' ? undefined : path, now: status === 'D' ? undefined : path });
		}
		return changes;
	}
}
