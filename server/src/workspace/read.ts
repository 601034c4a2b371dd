import { closeSync, fstatSync, readSync } from 'node:fs';
import { reasonOf } from './collect.js';
import { MAX_BYTES, TOO_LARGE } from './limits.js';
import type { Prefilter } from './prefilter.js';
import { openRegular } from './regularFile.js';
import { decode, type SourceText } from './text.js';

/** What reading a file gave. */
export type Read =
	| { readonly kind: 'text'; readonly source: SourceText; readonly bytes: Buffer }
	/** None of the words is in it: nothing was decoded. */
	| { readonly kind: 'irrelevant' }
	| { readonly kind: 'skipped'; readonly reason: string };

const buffer = Buffer.allocUnsafeSlow(MAX_BYTES + 1);

/**
 * Reads a file if it has one of the words. Synchronous on purpose: over a whole kernel it takes
 * a third of the time of asynchronous reads, because most files are small and already cached.
 * @param prefilter undefined: every file is read
 * @param follow false: a symbolic link is skipped
 */
export function readSource(path: string, prefilter: Prefilter | undefined, follow = true): Read {
	let length: number;
	try {
		length = readInto(path, buffer, follow);
	} catch (error) {
		return { kind: 'skipped', reason: reasonOf(error as NodeJS.ErrnoException) };
	}
	return length > MAX_BYTES ? SKIPPED : judge(buffer.subarray(0, length), prefilter);
}

/** The same for bytes that are there already, such as the standard input. */
export function judge(bytes: Buffer, prefilter: Prefilter | undefined): Read {
	if (bytes.length > MAX_BYTES) return SKIPPED;
	if (bytes.includes(0)) return { kind: 'skipped', reason: 'binary' };
	if (prefilter && !prefilter.matches(bytes)) return { kind: 'irrelevant' };
	const copy = Buffer.from(bytes);
	const source = decode(copy);
	return source ? { kind: 'text', source, bytes: copy } : { kind: 'skipped', reason: 'binary' };
}

const SKIPPED: Read = { kind: 'skipped', reason: TOO_LARGE };

/**
 * The bytes of a regular file; undefined for one that is larger than MAX_BYTES.
 * @param follow false: a symbolic link is refused
 * @throws what the file system says, and EFTYPE for what is no regular file
 */
export function readBytes(path: string, follow = true): Buffer | undefined {
	const length = readInto(path, buffer, follow);
	return length > MAX_BYTES ? undefined : Buffer.from(buffer.subarray(0, length));
}

/** @returns bytes read, one more than MAX_BYTES when the file is larger */
function readInto(path: string, into: Buffer, follow: boolean): number {
	const file = openRegular(path, follow);
	try {
		if (fstatSync(file).size > MAX_BYTES) return MAX_BYTES + 1;
		let length = 0;
		for (;;) {
			const got = readSync(file, into, length, into.length - length, null);
			length += got;
			if (got === 0 || length > MAX_BYTES) return length;
		}
	} finally {
		closeSync(file);
	}
}
