import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { NOT_REGULAR } from './collect.js';

/** A pipe is opened at once, also when nobody writes into it; Windows knows neither pipe nor flag here. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading; what could block or never end is refused.
 * @param follow false: a symbolic link is refused too
 * @returns descriptor, which the caller closes
 * @throws what the file system says: ELOOP for a link that is refused, EFTYPE for what is no regular file
 */
export function openRegular(path: string, follow = true): number {
	const file = openSync(path, FLAGS | (follow ? 0 : (constants.O_NOFOLLOW ?? 0)));
	if (fstatSync(file).isFile()) return file;
	closeSync(file);
	throw Object.assign(new Error(NOT_REGULAR), { code: 'EFTYPE' });
}
