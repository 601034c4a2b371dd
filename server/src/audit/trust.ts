/** Whether what lies in a folder was put there by this user. */
import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readFileSync,
	realpathSync,
	type Stats,
	statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Bits of a mode: its group, or everybody, may write; only owners may rename what lies in it. */
const GROUP_OR_ALL = 0o022;
const ALL = 0o002;
const STICKY = 0o1000;

/** Number of this user; undefined where files have no such owner. */
function me(): number | undefined {
	return process.geteuid?.();
}

function isWritableByOthers({ mode }: Stats): boolean {
	return me() !== undefined && (mode & GROUP_OR_ALL) !== 0;
}

function isOurs({ uid }: Stats): boolean {
	return me() === undefined || uid === me();
}

/**
 * Why a folder of ours is not believed; undefined where only this user can have written to it, or where it is not there.
 * Throws what the file system says.
 */
export function distrusted(folder: string): string | undefined {
	const found = lstatSync(folder, { throwIfNoEntry: false });
	if (!found) return undefined;
	if (found.isSymbolicLink()) return `${folder} is a symbolic link`;
	if (!found.isDirectory()) return `${folder} is not a folder`;
	if (!isOurs(found)) return `${folder} belongs to another user`;
	return isWritableByOthers(found) ? `other users may write to ${folder}` : undefined;
}

/** Why a folder may be another one the next moment: others may rename what lies above it. Undefined where they may not. */
export function exchangeable(folder: string): string | undefined {
	const above = nearest(dirname(folder));
	const owner = statSync(above);
	if (!isOurs(owner) && owner.uid !== 0) return `${above} belongs to another user`;
	for (let at = above; ; at = dirname(at)) {
		const { mode } = statSync(at);
		if (me() !== undefined && (mode & ALL) !== 0 && (mode & STICKY) === 0) return `all users may write to ${at}`;
		if (dirname(at) === at) return undefined;
	}
}

/** The innermost folder of a path that is there, by its real name. */
function nearest(path: string): string {
	try {
		return realpathSync.native(path);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
		return nearest(dirname(path));
	}
}

/** Content of a regular file that only this user can have written; undefined for any other. */
export function readOwn(path: string): Buffer | undefined {
	const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
	let file: number;
	try {
		file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	} catch {
		return undefined;
	}
	try {
		const found = fstatSync(file);
		return found.isFile() && isOurs(found) && !isWritableByOthers(found) ? readFileSync(file) : undefined;
	} catch {
		return undefined;
	} finally {
		closeSync(file);
	}
}
