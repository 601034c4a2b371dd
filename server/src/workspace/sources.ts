/** A tree of files whose bytes are told: as it lies on the disk, or in a revision of git. */
import { closeSync, readSync } from 'node:fs';
import type { Files } from './files.js';
import { nodeFiles } from './nodeFiles.js';
import type { Prefilter } from './prefilter.js';
import { readBytes } from './read.js';
import { openRegular } from './regularFile.js';

export interface Sources extends Files {
	/**
	 * Bytes of a regular file, which is reached through no link; undefined for one that is larger than MAX_BYTES.
	 * @param path absolute, with "/"
	 * @throws with the codes of a file system where it cannot be read
	 */
	bytes(path: string): Promise<Buffer | undefined>;
	/**
	 * The file has one of the words, whatever else is in it.
	 * @param path absolute, with "/"
	 * @throws with the codes of a file system where it cannot be read
	 */
	names(path: string, words: Prefilter): Promise<boolean>;
}

/** Bytes read at a time. */
const CHUNK = 1 << 20;
/** More than the longest word: one that lies across two chunks is found with the second. */
const OVERLAP = 64;

const buffer = Buffer.allocUnsafeSlow(CHUNK + OVERLAP);

/** Synchronous behind the promises: with everything in memory it takes half the time of asynchronous reads. */
export const diskSources: Sources = {
	...nodeFiles,
	bytes: async (path) => readBytes(path, false),
	async names(path, words) {
		const file = openRegular(path, false);
		try {
			for (let kept = 0; ; ) {
				const got = readSync(file, buffer, kept, CHUNK, null);
				if (got === 0) return false;
				const length = kept + got;
				if (words.matches(buffer.subarray(0, length))) return true;
				kept = Math.min(OVERLAP, length);
				buffer.copyWithin(0, length - kept, length);
			}
		} finally {
			closeSync(file);
		}
	},
};
