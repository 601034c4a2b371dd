import { lstatSync } from 'node:fs';
import { folderOf } from './scope.js';

/**
 * Whether a folder below the top is one, and not behind a symbolic link; each is looked at once.
 * @param top absolute
 * @returns a question that takes a path relative to the top, "" for the top itself
 */
export function realFolders(top: string): (folder: string) => boolean {
	const known = new Map<string, boolean>([['', true]]);
	const isReal = (folder: string): boolean => {
		let real = known.get(folder);
		if (real === undefined) {
			real = isReal(folderOf(folder)) && isFolder(`${top}/${folder}`);
			known.set(folder, real);
		}
		return real;
	};
	return isReal;
}

function isFolder(path: string): boolean {
	try {
		return lstatSync(path).isDirectory();
	} catch {
		return false;
	}
}
