import { lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fromFolder, slashed } from '../../workspace/collect.js';
import { leavesFolder } from '../../workspace/nodeFiles.js';
import { oneLine } from '../../workspace/wording.js';

/** What a client may not have, or asked for in a wrong way. */
export class Refused extends Error {}

/**
 * A path that a client names, as the command line takes it.
 * @param folder absolute
 * @returns relative to the folder; none that could be taken for an option or the standard input
 * @throws Refused where it leaves the folder, also through a symbolic link; of what is not there the folder above counts
 */
export function within(folder: string, given: string): string {
	const path = resolve(folder, given);
	if (leavesFolder(folder, nearest(path))) throw new Refused(`${oneLine(given)} is outside of the folder served`);
	const relative = fromFolder(folder, slashed(path));
	return relative.startsWith('-') ? `./${relative}` : relative;
}

/** The path, or what there is above it. */
function nearest(path: string): string {
	try {
		if (lstatSync(path, { throwIfNoEntry: false })) return path;
	} catch {
		// a file where a folder should be, or a name that no file system takes
	}
	const above = dirname(path);
	return above === path ? path : nearest(above);
}
