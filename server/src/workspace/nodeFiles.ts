import { readdir, readFile, stat } from 'node:fs/promises';
import type { Files } from './files.js';

/** The local file system. Only regular files are read: a pipe or a device could block for ever. */
export const nodeFiles: Files = {
	async read(path) {
		try {
			return (await stat(path)).isFile() ? await readFile(path, 'utf8') : undefined;
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
