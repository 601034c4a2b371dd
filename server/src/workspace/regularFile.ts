import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { NOT_REGULAR } from './collect.js';

/** A pipe is opened at once, also when nobody writes into it; Windows knows neither pipe nor flag here. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading; what could block or never end is refused.
 * @param follow false: a symbolic link is refused too
 * @returns descriptor, which the caller closes
 * @throws what the file system says, and EFTYPE for what is no regular file, or a link that is refused
 */
export function openRegular(path: string, follow = true): number {
	const file = open(path, follow);
	if (file !== undefined && fstatSync(file).isFile()) return file;
	if (file !== undefined) closeSync(file);
	throw Object.assign(new Error(NOT_REGULAR), { code: 'EFTYPE' });
}

/** @returns undefined for a link that is refused */
function open(path: string, follow: boolean): number | undefined {
	if (follow) return openSync(path, FLAGS);
	try {
		return openSync(path, FLAGS | (constants.O_NOFOLLOW ?? 0));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined;
		throw error;
	}
}
