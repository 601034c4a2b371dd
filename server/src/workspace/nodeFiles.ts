import { realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';
import type { Files } from './files.js';
import { readBytes } from './read.js';

/** The local file system. Only regular files are read, and none that is too large to be source. */
export const nodeFiles: Files = {
	async read(path) {
		try {
			return readBytes(path)?.toString();
		} catch {
			return undefined;
		}
	},
	async list(folder) {
		try {
			const entries = await readdir(folder || '/', { withFileTypes: true });
			return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
		} catch {
			return [];
		}
	},
};

/**
 * The same, but for what lies outside of a folder, also behind a symbolic link: it counts as missing.
 * @param folder absolute
 */
export function filesWithin(folder: string): Files {
	return {
		read: async (path) => (leavesFolder(folder, path) ? undefined : nodeFiles.read(path)),
		list: async (path) => (leavesFolder(folder, path) ? [] : nodeFiles.list(path)),
	};
}

/** The path, or what it leads to, lies outside of a folder, or is not there. Both absolute. */
export function leavesFolder(folder: string, path: string): boolean {
	try {
		const way = relative(realpathSync(folder), realpathSync(path));
		return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
	} catch {
		return true;
	}
}
