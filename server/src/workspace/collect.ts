import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { type Entries, NO_TEXT, sorted } from './entries.js';
import { isC } from './paths.js';

/** A file or folder that is not looked at, and why. */
interface Skipped {
	/** Absolute, with "/". */
	readonly path: string;
	/** As the user would type it: absolute below an absolute path they gave, else relative to where they are. */
	readonly shown: string;
	readonly reason: string;
	/** The user asked for it, and it is not there or cannot be read: more than a remark. */
	readonly failed: boolean;
}

export interface SourceFile {
	/** Absolute, with "/". */
	readonly path: string;
	/** As the user would type it, like that of what is skipped. */
	readonly shown: string;
	/** The user named it, rather than a folder above it. */
	readonly named: boolean;
}

interface Collected {
	/** Every file once, sorted by path. */
	readonly files: readonly SourceFile[];
	readonly skipped: readonly Skipped[];
}

/**
 * The C files (`.c` and `.h`) of files and folders, without folders whose name begins with a dot.
 * @param paths as the user gave them
 * @param cwd folder that relative ones start from
 */
export async function collect(paths: readonly string[], cwd: string): Promise<Collected> {
	const files = new Map<string, SourceFile>();
	const skipped: Skipped[] = [];
	for (const given of paths) {
		const path = slashed(resolve(cwd, given));
		const show = isAbsolute(given) ? (path: string) => path : (path: string) => fromFolder(cwd, path);
		const skip = (reason: string, failed = true) => skipped.push({ path, shown: show(path), reason, failed });
		const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
		if (found instanceof Error) skip(reasonOf(found));
		else if (found.isDirectory()) await walk(path, show, files, skipped);
		else if (!found.isFile()) skip(NOT_REGULAR);
		// Hooks hand over whatever was changed; prose about C has calls and suppressions that mean nothing.
		else if (!isC(path)) skip('no .c or .h file', false);
		else files.set(path, { path, shown: show(path), named: true });
	}
	return { files: [...files.values()].sort(byPath), skipped: skipped.sort(byPath) };
}

export const NOT_REGULAR = 'not a regular file';

/**
 * Words for a failed system call.
 * @param failed what else there is to say of it
 */
export function reasonOf(error: NodeJS.ErrnoException, failed = 'cannot be read'): string {
	switch (error.code) {
		case 'ENOENT':
		case 'ENOTDIR':
			return 'no such file or folder';
		case 'EACCES':
		case 'EPERM':
			return 'permission denied';
		case 'ELOOP':
			return 'circular symbolic link';
		case 'ENOSPC':
		case 'EDQUOT':
			return 'no space left';
		case 'EROFS':
			return 'read-only';
		case 'EFBIG':
			return 'larger than files may be here';
		case 'ENAMETOOLONG':
			return 'name too long';
		case 'ENXIO':
			return 'no such device or address';
		case 'EISDIR':
			return 'is a folder';
		case 'EFTYPE':
			return NOT_REGULAR;
		default:
			return `${failed} (${error.code ?? error.message})`;
	}
}

/** A path seen from a folder, with "/"; "." for the folder itself. */
export function fromFolder(folder: string, path: string): string {
	return slashed(relative(folder, path)) || '.';
}

/** The operating system's path with "/". */
export function slashed(path: string): string {
	return sep === '/' ? path : path.replaceAll(sep, '/');
}

/** Breadth first, the folders of one level together: a kernel has 5,000 of them. */
async function walk(
	top: string,
	show: (path: string) => string,
	files: Map<string, SourceFile>,
	skipped: Skipped[],
): Promise<void> {
	const realTop = slashed(await realpath(top));
	const skip = (path: string, reason: string) =>
		skipped.push({ path, shown: show(path), reason, failed: path === top });
	const visit = async (folder: string): Promise<string[]> => {
		let entries: Entries;
		try {
			entries = sorted(folder, await readdir(folder, { withFileTypes: true }));
		} catch (error) {
			skip(folder, reasonOf(error as NodeJS.ErrnoException));
			return [];
		}
		const below: string[] = [];
		for (const entry of entries.unnamed)
			if (!entry.name.startsWith('.') && (entry.isDirectory() || isC(entry.name)))
				skip(inside(folder, entry.name), NO_TEXT);
		for (const entry of entries.named) {
			const path = inside(folder, entry.name);
			if (entry.isDirectory()) {
				if (!entry.name.startsWith('.')) below.push(path);
			} else if (entry.isSymbolicLink()) {
				// Links are never followed, so the folder's real path is that of the top with the same rest.
				const reason = await linkReason(path, inside(realTop, folder.slice(top.length + 1)), realTop);
				if (reason !== undefined) skip(path, reason);
			} else if (isC(entry.name)) {
				if (!entry.isFile()) skip(path, NOT_REGULAR);
				else if (!files.has(path)) files.set(path, { path, shown: show(path), named: false });
			}
		}
		return below;
	};
	for (let level = [top]; level.length > 0; ) level = (await Promise.all(level.map(visit))).flat();
}

/** Why what a link names is not looked at; undefined where that holds no C, or lies inside the top and is found there. */
export async function linkReason(path: string, realFolder: string, realTop: string): Promise<string | undefined> {
	const named = isC(path);
	let target: string;
	try {
		target = slashed(await realpath(path));
		if (!named && !(await stat(target)).isDirectory()) return undefined;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ELOOP') return 'circular symbolic link';
		return named ? 'broken symbolic link' : undefined;
	}
	if (holds(target, realFolder)) return 'circular symbolic link';
	return holds(realTop, target) ? undefined : 'symbolic link that leaves the folder';
}

function inside(folder: string, name: string): string {
	if (name === '') return folder;
	return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** `path` is the folder or lies in it. */
function holds(folder: string, path: string): boolean {
	return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
	return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
