/** Git, asked about a repository that nobody trusts: nothing it configures is run, nothing is fetched or written. */
import { existsSync } from 'node:fs';
import { join, parse } from 'node:path';
import { findProgram, realpath, workTree } from './find.js';
import { gitEnvironment, type Setting } from './gitEnvironment.js';
import { Objects } from './objects.js';
import { type Ran, RunError, run, start } from './run.js';

/** Git cannot answer; the message says why. */
export class GitError extends Error {
	/** It was ended for the time it took, or for what it printed: asking again would take as long. */
	readonly endless: boolean;

	constructor(message: string, endless = false) {
		super(message);
		this.endless = endless;
	}
}

/** Milliseconds for an answer out of the configuration or an object. */
const QUICK = 10_000;
/** Milliseconds for one out of the index and the whole work tree. */
const SLOW = 30_000;
/** Bytes of one answer; the index of a kernel gives 9 MB. */
const MAX_OUTPUT = 1 << 28;
/** The first git that takes configuration from its environment. */
const OLDEST = '2.31';

/** Options for commands that compare: without them drivers, filters of submodules and files the configuration names have a say. */
export const PLAIN_DIFF: readonly string[] = [
	...['--no-ext-diff', '--no-textconv', '--no-relative', '--ignore-submodules=all'],
	'-O/dev/null',
];

/** For whom git is asked. */
interface Asker {
	/** Nothing in it is run, absolute. */
	readonly untrusted: string;
	/** Ends whatever git does. */
	readonly signal?: AbortSignal | undefined;
	/** File of another index than the repository's own, absolute. */
	readonly index?: string | undefined;
}

/** The repository around a folder. */
export class Git {
	/** Its work tree, absolute and real; every command is run there, where no repository further in can be meant. */
	readonly top: string;
	readonly #program: string;
	/** Takes the programs away that the repository runs over its files. */
	readonly #withoutFilters: readonly Setting[];
	readonly #asker: Asker;

	private constructor(program: string, top: string, withoutFilters: readonly Setting[], asker: Asker) {
		this.#program = program;
		this.top = top;
		this.#withoutFilters = withoutFilters;
		this.#asker = asker;
	}

	/**
	 * @param folder absolute
	 * @param asker by default the folder itself is what nobody trusts
	 * @throws GitError where there is no git, no repository, or one whose work tree is not where it lies
	 */
	static async around(folder: string, asker: Asker = { untrusted: folder }): Promise<Git> {
		const top = workTree(folder);
		if (top === undefined)
			throw new GitError(isBare(folder) ? BARE : 'not a git repository, nor any of the folders above');
		const program = await usableGit(asker.untrusted);
		const said = await ask(program, ['rev-parse', '--show-toplevel'], top, [], QUICK, asker);
		// core.worktree may name any folder of this machine.
		if (realpath(said.toString().replace(/\r?\n$/, '')) !== top)
			throw new GitError('the repository claims a work tree in which it does not lie');
		return new Git(program, top, await withoutFilters(program, top, asker), asker);
	}

	/**
	 * What a command prints at the top of the work tree.
	 * @param index file of another index than the repository's own, absolute
	 * @throws GitError
	 */
	async run(argv: readonly string[], index?: string): Promise<string> {
		const asker = index === undefined ? this.#asker : { ...this.#asker, index };
		return (await ask(this.#program, argv, this.top, this.#withoutFilters, SLOW, asker)).toString();
	}

	/** Its objects; whoever asks ends it. */
	objects(): Objects {
		const env = gitEnvironment(this.#asker.untrusted, this.#withoutFilters);
		const failure = (reason: string) => new GitError(`git cat-file ${reason}`, true);
		return new Objects(() => {
			try {
				return start(this.#program, ['cat-file', '--batch'], { cwd: this.top, env });
			} catch (error) {
				throw error instanceof RunError ? failure(error.message) : error;
			}
		}, failure);
	}
}

const BARE = 'a bare repository: make a work tree of it with "git worktree add --no-checkout", and name that';

/** As git itself tells a repository: it may lie in a hostile tree, and is not asked. */
function isBare(folder: string): boolean {
	return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)));
}

/**
 * "Name <address>" of whoever runs this, as the repository around a folder or else the user's own configuration has it.
 * @returns undefined where git does not know
 */
export async function author(folder: string): Promise<string | undefined> {
	const argv = ['var', 'GIT_AUTHOR_IDENT'];
	const asker = { untrusted: folder };
	try {
		const repository = workTree(folder) === undefined ? undefined : await Git.around(folder);
		const said = repository
			? await repository.run(argv)
			: (await ask(await usableGit(folder), argv, parse(folder).root, [], QUICK, asker)).toString();
		return /^.*>/.exec(said)?.[0];
	} catch (error) {
		if (error instanceof GitError) return undefined;
		throw error;
	}
}

/** What each program says of itself. */
const versions = new Map<string, Promise<string | undefined>>();

/** @throws GitError */
async function usableGit(untrusted: string): Promise<string> {
	const program = findProgram('git', untrusted);
	if (program === undefined) throw new GitError('no git on the PATH outside this work tree');
	const known = versions.get(program) ?? versionOf(program, untrusted);
	versions.set(program, known);
	const version = await known;
	if (version === undefined) throw new GitError(`${program} does not say its version`);
	if (version.localeCompare(OLDEST, 'en', { numeric: true }) < 0)
		throw new GitError(`git ${version} is too old: ${OLDEST} or newer is needed`);
	return program;
}

/** "2.39" of "git version 2.39.5" */
async function versionOf(program: string, untrusted: string): Promise<string | undefined> {
	const cwd = parse(program).root;
	const said = await ask(program, ['--version'], cwd, [], QUICK, { untrusted }).catch(() => undefined);
	return said && /\b(\d+\.\d+)/.exec(said.toString())?.[1];
}

/** @throws GitError where one of the filters has a name that no environment can hold */
async function withoutFilters(program: string, top: string, asker: Asker): Promise<Setting[]> {
	const argv = ['config', '-z', '--name-only', '--get-regexp', '^filter\\.'];
	const said = await answer(program, argv, top, [], QUICK, asker);
	// 1: none
	if (said.status > 1) throw complaint(argv, said);
	let names: string;
	try {
		names = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(said.stdout);
	} catch {
		throw new GitError('the repository configures a filter whose name is not UTF-8');
	}
	const filters = new Set(names.split('\0').flatMap((name) => /^(filter\..*)\.[^.]+$/s.exec(name)?.[1] ?? []));
	return [...filters].flatMap((filter): Setting[] => [
		[`${filter}.clean`, ''],
		[`${filter}.smudge`, ''],
		[`${filter}.process`, ''],
		[`${filter}.required`, 'false'],
	]);
}

async function ask(
	program: string,
	argv: readonly string[],
	cwd: string,
	settings: readonly Setting[],
	timeout: number,
	asker: Asker,
): Promise<Buffer> {
	const said = await answer(program, argv, cwd, settings, timeout, asker);
	if (said.status !== 0) throw complaint(argv, said);
	return said.stdout;
}

async function answer(
	program: string,
	argv: readonly string[],
	cwd: string,
	settings: readonly Setting[],
	timeout: number,
	{ untrusted, signal, index }: Asker,
): Promise<Ran> {
	try {
		const env = { ...gitEnvironment(untrusted, settings), ...(index === undefined ? {} : { GIT_INDEX_FILE: index }) };
		return await run(program, argv, { cwd, env, timeout, maxOutput: MAX_OUTPUT, signal });
	} catch (error) {
		if (error instanceof RunError) throw new GitError(`git ${error.message}`, true);
		throw error;
	}
}

/** In our words: those of git may quote any file that the repository leads it to. */
function complaint([command]: readonly string[], { status, stderr }: Ran): GitError {
	if (stderr.includes('detected dubious ownership'))
		return new GitError('the repository is owned by another user and not trusted by git (safe.directory)');
	return new GitError(`git ${command} failed with exit code ${status}`);
}
