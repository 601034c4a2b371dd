/** Configuration files of the local file system. */
import { closeSync, existsSync, fstatSync, lstatSync, readFileSync } from 'node:fs';
import { reasonOf } from '../collect.js';
import { readMakefile } from '../makefile.js';
import { leavesFolder } from '../nodeFiles.js';
import { readBytes } from '../read.js';
import { openRegular } from '../regularFile.js';
import type { ConfigurationFiles } from './configurations.js';
import { LONGEST } from './parse.js';

export const diskConfigurations: ConfigurationFiles = {
	async read(file, top) {
		const entry = lstatSync(file, { throwIfNoEntry: false });
		if (!entry) return undefined;
		try {
			if (entry.isSymbolicLink() && !existsSync(file)) return { problem: 'not read: a broken symbolic link' };
			if (leavesFolder(top, file)) return { problem: `not read: a symbolic link leads out of ${top}` };
			return contentOf(file);
		} catch (error) {
			return { problem: `not read: ${reasonOf(error as NodeJS.ErrnoException)}` };
		}
	},
	isTop: async (folder) => existsSync(`${folder}/.git`) || isKernelTree(folder),
};

function isKernelTree(folder: string): boolean {
	if (!existsSync(`${folder}/Kbuild`) && !existsSync(`${folder}/include/linux/mm.h`)) return false;
	try {
		return readMakefile(readBytes(`${folder}/Makefile`)?.toString() ?? '') !== undefined;
	} catch {
		return false;
	}
}

function contentOf(file: string): { readonly text: string } | { readonly problem: string } {
	const descriptor = openRegular(file);
	try {
		// a character takes at most four bytes in UTF-8: whatever is longer is refused before it is read
		if (fstatSync(descriptor).size > 4 * LONGEST) return { problem: `not read: larger than ${LONGEST / 1e6} MB` };
		return { text: readFileSync(descriptor, 'utf8') };
	} finally {
		closeSync(descriptor);
	}
}
