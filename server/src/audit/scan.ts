import { closeSync, readSync } from 'node:fs';
import { Prefilter } from '../workspace/prefilter.js';
import { openRegular } from '../workspace/regularFile.js';
import { reasonMeanwhile } from './meanwhile.js';

/** Bytes read at a time. */
const CHUNK = 1 << 20;
/** More than the longest word: one that lies across two chunks is found with the second. */
const OVERLAP = 64;

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
export function scan(root: string, paths: readonly string[], words: readonly string[]): Scanned {
	const prefilter = new Prefilter(words);
	const buffer = Buffer.allocUnsafe(CHUNK + OVERLAP);
	const found: string[] = [];
	const unread: { path: string; reason: string }[] = [];
	for (const path of paths) {
		try {
			if (names(`${root}/${path}`, prefilter, buffer)) found.push(path);
		} catch (error) {
			unread.push({ path, reason: reasonMeanwhile(error as NodeJS.ErrnoException) });
		}
	}
	return { found, unread };
}

function names(path: string, prefilter: Prefilter, buffer: Buffer): boolean {
	const file = openRegular(path, false);
	try {
		for (let kept = 0; ; ) {
			const got = readSync(file, buffer, kept, CHUNK, null);
			if (got === 0) return false;
			const length = kept + got;
			if (prefilter.matches(buffer.subarray(0, length))) return true;
			kept = Math.min(OVERLAP, length);
			buffer.copyWithin(0, length - kept, length);
		}
	} finally {
		closeSync(file);
	}
}
