import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/** What has the name of a file and is a pipe, a device, a socket or a folder. */
export class NotRegular extends Error {
	readonly code = 'NOT_REGULAR';

	constructor() {
		super('not a regular file');
	}
}

/** A pipe is opened at once, also when nobody writes into it; Windows knows neither pipe nor flag here. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a regular file for reading; what could block or never end is refused.
 * @param follow false: a symbolic link is refused too
 * @returns descriptor, which the caller closes
 * @throws NotRegular, or what the file system says (ELOOP for a link that is refused)
 */
export function openRegular(path: string, follow = true): number {
	const file = openSync(path, FLAGS | (follow ? 0 : (constants.O_NOFOLLOW ?? 0)));
	if (fstatSync(file).isFile()) return file;
	closeSync(file);
	throw new NotRegular();
}
