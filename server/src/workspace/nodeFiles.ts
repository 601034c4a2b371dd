import { readdir } from 'node:fs/promises';
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
