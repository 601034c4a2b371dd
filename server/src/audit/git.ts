import { relative } from 'node:path';
import { realpath } from '../programs/find.js';
import { Git, GitError } from '../programs/git.js';
import { slashed } from '../workspace/collect.js';
import { isInside } from '../workspace/relativePath.js';
import { realFolders } from './realFolders.js';
import { folderOf } from './scope.js';

/** What git says a folder of a work tree holds; paths relative to the folder. */
export interface GitListing {
	readonly tracked: readonly string[];
	/** Neither tracked nor ignored; symbolic links among them. */
	readonly others: readonly string[];
	/** Tracked symbolic links. */
	readonly links: readonly string[];
	/** Submodules and other repositories inside. */
	readonly repositories: readonly string[];
}

/** @param folder absolute @returns the abbreviated commit of its work tree; undefined where git has none to tell, or tracks nothing there */
export async function revisionOf(folder: string): Promise<string | undefined> {
	try {
		const git = await Git.around(folder);
		const below = slashed(relative(git.top, realpath(folder)));
		// a tree that was unpacked into somebody else's repository is not of its revision
		if (below !== '' && (await git.run(['ls-tree', '--name-only', 'HEAD', '--', below])) === '') return undefined;
		const commit = (await git.run(['rev-parse', '--verify', '--short=12', 'HEAD'])).trim();
		return /^[0-9a-f]{12,64}$/.test(commit) ? commit : undefined;
	} catch (error) {
		if (error instanceof GitError) return undefined;
		throw error;
	}
}

/** Index modes that are no plain file. */
const LINK = '120000';
const SUBMODULE = '160000';

/** Longest path an operating system takes, in UTF-16 units. */
const MAX_PATH = 4096;

/**
 * @param folder absolute, real
 * @param asker what nobody trusts, absolute, and what ends it
 * @returns undefined where git tracks nothing in the folder
 * @throws GitError where it cannot answer
 */
export async function gitListing(
	folder: string,
	asker: { readonly untrusted: string; readonly signal?: AbortSignal | undefined },
): Promise<GitListing | undefined> {
	const git = await Git.around(folder, asker);
	const below = slashed(relative(git.top, realpath(folder)));
	const prefix = below === '' ? '' : `${below}/`;
	const listed = async (...options: string[]) =>
		(await git.run(['ls-files', ...options, '-z', '--', prefix || '.'])).split('\0').filter(Boolean);
	const [tracked, others] = await Promise.all([listed('--stage'), listed('--others', '--exclude-standard')]);
	return tracked.length === 0 ? undefined : sorted(folder, prefix, tracked, others);
}

/**
 * An index can name what lies outside of its work tree: such paths are dropped.
 * @param prefix of the folder in the work tree, "" or with a "/" at its end
 * @param staged "mode object stage\tpath"
 */
function sorted(folder: string, prefix: string, staged: readonly string[], untracked: readonly string[]): GitListing {
	const isReal = realFolders(folder);
	const isOurs = (path: string): boolean =>
		folder.length + path.length < MAX_PATH && isInside(path) && isReal(folderOf(path));
	/** From the top of the work tree -> from the folder; "" for what is not in it. */
	const inward = (path: string): string => (path.startsWith(prefix) ? path.slice(prefix.length) : '');
	// A path in conflict is listed once for each side.
	const tracked = new Set<string>();
	const links: string[] = [];
	const repositories: string[] = [];
	for (const entry of staged) {
		const path = inward(entry.slice(entry.indexOf('\t') + 1));
		if (!isOurs(path)) continue;
		if (entry.startsWith(LINK)) links.push(path);
		else if (!entry.startsWith(SUBMODULE)) tracked.add(path);
		else if (isReal(path)) repositories.push(path);
	}
	const others: string[] = [];
	for (const path of untracked.map(inward)) {
		if (!path.endsWith('/')) {
			if (isOurs(path)) others.push(path);
		} else if (isOurs(path.slice(0, -1)) && isReal(path.slice(0, -1))) repositories.push(path.slice(0, -1));
	}
	return { tracked: [...tracked], others, links, repositories };
}
