import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, relative, sep } from 'node:path';

/** npm puts those of the folder it is started in, and of all above, before everything else. */
const OF_PACKAGES = join('node_modules', '.bin');

/**
 * The program a name stands for on the PATH. Relative entries are passed over, and whatever lies in the tree: either would
 * run a file of the code that is looked at.
 * @param name without the ".exe" of Windows
 * @param folder that nobody trusts, absolute; undefined where there is none. All work trees around it count with it
 * @returns absolute path; undefined where there is no such program
 */
export function findProgram(name: string, folder: string | undefined): string | undefined {
	const file = process.platform === 'win32' ? `${name}.exe` : name;
	const tree = folder && outermost(folder);
	return foldersOutside(tree)
		.map((entry) => join(entry, file))
		.find((path) => isProgram(path) && !isInside(tree, path));
}

/** The environment for a program that is started for a folder that nobody trusts: on its PATH is nothing of that folder. */
export function environmentOutside(folder: string): Record<string, string | undefined> {
	const own = Object.entries(process.env).filter(([name]) => name.toUpperCase() !== 'PATH');
	return { ...Object.fromEntries(own), PATH: foldersOutside(outermost(folder)).join(delimiter) };
}

/** A file that may be executed. */
export function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

/**
 * The work tree of git around a folder as the file system has it, whatever its configuration says.
 * @returns absolute and real; undefined where nothing above is one
 */
export function workTree(folder: string): string | undefined {
	return workTrees(folder)[0];
}

/** What a path leads to; itself where that cannot be told. */
export function realpath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

/** Innermost first. */
function workTrees(folder: string): string[] {
	const found: string[] = [];
	for (let at = realpath(folder); ; at = dirname(at)) {
		if (existsSync(join(at, '.git'))) found.push(at);
		if (dirname(at) === at) return found;
	}
}

/** The outermost work tree around a folder, which may hold an inner one to look smaller; else the folder. */
function outermost(folder: string): string {
	return workTrees(folder).at(-1) ?? realpath(folder);
}

function foldersOutside(tree: string | undefined): string[] {
	const entries = (process.env.PATH ?? '').split(delimiter);
	return entries.filter((entry) => isAbsolute(entry) && !entry.endsWith(OF_PACKAGES) && !isInside(tree, entry));
}

/** The path, or what it leads to, lies in the folder. */
function isInside(folder: string | undefined, path: string): boolean {
	if (folder === undefined) return false;
	return [path, realpath(path)].some((one) => {
		const way = relative(folder, one);
		return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
	});
}
