import { GitError } from '../programs/git.js';
import { Prefilter } from '../workspace/prefilter.js';
import type { Sources } from '../workspace/sources.js';
import { reasonMeanwhile } from './read-errors.js';

/** Files that are asked for at a time: what git has read waits while the next ones are read. */
const AT_A_TIME = 64;

/** Bytes; a sparse file can claim terabytes, and no source has a hundredth of this. */
export const MAX_SEARCHED = 1 << 30;
export const TOO_LARGE_TO_SEARCH = 'larger than 1 GB';

/** What a search in some files gave. */
export interface Scanned {
	/** Those that name one of the words. */
	readonly found: readonly string[];
	readonly unread: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Searches files for words, of whatever content.
 * @param paths of files that are not larger than MAX_SEARCHED
 * @param root folder of the paths
 */
export async function scan(
	sources: Sources,
	root: string,
	paths: readonly string[],
	words: readonly string[],
): Promise<Scanned> {
	const prefilter = new Prefilter(words);
	const found: string[] = [];
	const unread: { path: string; reason: string }[] = [];
	const look = async (path: string): Promise<void> => {
		try {
			if (await sources.names(`${root}/${path}`, prefilter)) found.push(path);
		} catch (error) {
			if (error instanceof GitError) throw error;
			unread.push({ path, reason: reasonMeanwhile(error as NodeJS.ErrnoException) });
		}
	};
	for (let at = 0; at < paths.length; at += AT_A_TIME) await Promise.all(paths.slice(at, at + AT_A_TIME).map(look));
	return { found, unread };
}
