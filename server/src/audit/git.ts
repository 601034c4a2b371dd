import { git } from '../workspace/git.js';

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

/** Index modes that are no plain file. */
const LINK = '120000';
const SUBMODULE = '160000';

/** @returns undefined where git is not there, does not know the folder, or tracks nothing in it */
export async function gitListing(folder: string): Promise<GitListing | undefined> {
	const listed = async (...options: string[]) =>
		(await git(folder, ['ls-files', ...options, '-z'])).split('\0').filter(Boolean);
	try {
		const [tracked, others] = await Promise.all([listed('--stage'), listed('--others', '--exclude-standard')]);
		return tracked.length === 0 ? undefined : sorted(tracked, others);
	} catch {
		return undefined;
	}
}

/** @param staged "mode object stage\tpath" */
function sorted(staged: readonly string[], untracked: readonly string[]): GitListing {
	// A path in conflict is listed once for each side.
	const tracked = new Set<string>();
	const links: string[] = [];
	const repositories: string[] = [];
	for (const entry of staged) {
		const path = entry.slice(entry.indexOf('\t') + 1);
		if (entry.startsWith(LINK)) links.push(path);
		else if (entry.startsWith(SUBMODULE)) repositories.push(path);
		else tracked.add(path);
	}
	for (const path of untracked) if (path.endsWith('/')) repositories.push(path.slice(0, -1));
	return { tracked: [...tracked], others: untracked.filter((path) => !path.endsWith('/')), links, repositories };
}
