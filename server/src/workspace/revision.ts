/** Revisions of a repository by the names a user gives them. */
import { type Git, GitError, PLAIN_DIFF } from '../programs/git.js';

/** A commit, and what it holds. */
export interface Revision {
	/** As the user gave it: "v6.12", "HEAD~3". */
	readonly name: string;
	/** Names of the objects, in full. */
	readonly commit: string;
	readonly tree: string;
	/** When it was committed: ISO 8601 in UTC. */
	readonly date: string;
}

/** @throws GitError where the repository has no such commit */
export async function revisionNamed(git: Git, name: string): Promise<Revision> {
	const commit = await commitNamed(git, name);
	const [tree = '', date = ''] = (await git.run(['log', '-1', '--format=%T%n%ct', commit, '--'])).split('\n');
	const seconds = Number(date);
	// any number may stand in a commit
	const isTime = Number.isSafeInteger(seconds) && Math.abs(seconds) < 1e11;
	return { name, commit, tree, date: new Date(isTime ? seconds * 1000 : 0).toISOString() };
}

/** @returns name of the commit in full */
export async function commitNamed(git: Git, name: string): Promise<string> {
	const argv = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
	const commit = (await git.run(argv).catch(() => '')).trim();
	if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit;
	const isShallow = (await git.run(['rev-parse', '--is-shallow-repository']).catch(() => '')).trim() === 'true';
	const why = isShallow ? ': the repository is shallow, older commits are not in it, and nothing is fetched' : '';
	throw new GitError(`no revision "${name}"${why}`);
}

/** "A..B" */
export interface RevisionRange {
	readonly from: string;
	readonly to: string;
}

/** @returns undefined for the name of a single revision */
export function rangeOf(name: string): RevisionRange | undefined {
	const [, from, to] = /^([^.](?:(?!\.\.).)*)\.\.([^.].*)$/.exec(name) ?? [];
	return from === undefined || to === undefined ? undefined : { from, to };
}

/** Tags of one question. */
export const MAX_TAGS = 64;

/**
 * Tags of a history between two revisions, oldest first, without those of the two.
 * @param pattern such as "v6.*"
 * @throws GitError where there are more than MAX_TAGS
 */
export async function tagsBetween(git: Git, { from, to }: RevisionRange, pattern: string): Promise<readonly string[]> {
	const [first, last] = await Promise.all([commitNamed(git, from), commitNamed(git, to)]);
	const told = await git.run([
		...['for-each-ref', `--merged=${last}`, `--no-merged=${first}`, '--sort=version:refname', '--sort=creatordate'],
		...['--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)', `refs/tags/${pattern}`],
	]);
	const tags = told.split('\n').flatMap((line) => {
		const [name = '', ...ids] = line.split('\0');
		return name === '' || ids.includes(last) ? [] : [name];
	});
	if (tags.length > MAX_TAGS)
		throw new GitError(
			`${tags.length} tags between ${from} and ${to} fit "${pattern}": at most ${MAX_TAGS} are compared`,
		);
	return tags;
}

/** A commit, as one names it in a mail. */
export interface Commit {
	/** Abbreviated. */
	readonly id: string;
	readonly author: string;
	readonly subject: string;
}

/** Files of one question: an argument each. */
const MAX_FILES = 200;

/**
 * Commits of a range that add or remove a line with a call of one of some functions, newest first, by file.
 * @param functions names of C functions
 * @param paths from the top of the work tree
 * @throws GitError
 */
export async function commitsChanging(
	git: Git,
	{ from, to }: RevisionRange,
	functions: readonly string[],
	paths: readonly string[],
): Promise<ReadonlyMap<string, readonly Commit[]>> {
	const found = new Map<string, Commit[]>();
	const names = functions.filter((name) => /^\w+$/.test(name));
	if (names.length === 0 || paths.length === 0 || paths.length > MAX_FILES) return found;
	const log = ['log', '--no-merges', '--format=%x01%h%x02%an%x02%s%x02', '-z', '--name-only', ...PLAIN_DIFF];
	const told = await git.run([...log, '--no-renames', `-G(${names.join('|')})`, `${from}..${to}`, '--', ...paths]);
	for (const entry of told.split('\x01').slice(1)) {
		const [id = '', author = '', subject = '', files = ''] = entry.split('\x02');
		for (const path of files.split('\0').map((name) => name.trim()))
			if (path !== '') found.set(path, [...(found.get(path) ?? []), { id, author, subject }]);
	}
	return found;
}
