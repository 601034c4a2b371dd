/** Revisions of a repository by the names a user gives them. */
import { type Git, GitError } from '../programs/git.js';

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
