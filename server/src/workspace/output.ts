/** Writes where the user says, as a shell would: into a file, through a link, to a device or a pipe. */
import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { uninterrupted, writeAtomically } from './atomic.js';
import { Refusal, refusal } from './replace.js';

export type Destination =
	/** A regular file; `like` where it is there already. */
	| { readonly kind: 'file'; readonly path: string; readonly like: Stats | undefined }
	/** A pipe or device. */
	| { readonly kind: 'stream'; readonly path: string }
	/** What this process has open as its standard output or standard error. */
	| { readonly kind: 'descriptor'; readonly number: 1 | 2 };

/** Links that are followed from one path, as Linux does. */
const MOST_LINKS = 40;

/**
 * Where a path leads, so that a mistake is told before anything is worked out.
 * @param cwd folder that a relative path starts from
 * @throws Refusal where nothing can be written
 */
export function destination(given: string, cwd: string): Destination {
	try {
		// Not resolved by its text: the folder above a link is that above what it leads to.
		return follow(isAbsolute(given) ? given : join(cwd, '/') + given);
	} catch (error) {
		throw refusal(error);
	}
}

function follow(given: string): Destination {
	// The system's own answer comes first: it knows links that nobody may follow.
	const reached = statSync(given, { throwIfNoEntry: false });
	if (reached?.isDirectory()) throw new Refusal('not written: is a folder');
	if (!reached && /[\\/]$/.test(given)) throw new Refusal('not written: no such folder');
	let path = given;
	for (let links = 0; links <= MOST_LINKS; links++) {
		const folder = folderOf(path);
		const here = join(folder, basename(path));
		const own = folder === `/proc/${process.pid}/fd` && basename(path);
		// To open it anew would begin at the start of a file that is written to, and no socket can be.
		if (own === '1' || own === '2') return { kind: 'descriptor', number: own === '1' ? 1 : 2 };
		const found = lstatSync(here, { throwIfNoEntry: false });
		// A link of /proc is no path: it leads to what is open, which may have no name any more.
		if (found?.isSymbolicLink() && !folder.startsWith('/proc/')) {
			const target = readlinkSync(here);
			path = isAbsolute(target) ? target : `${folder}/${target}`;
			continue;
		}
		if (found && !found.isFile()) return { kind: 'stream', path: given };
		if (found) accessSync(here, constants.W_OK);
		return { kind: 'file', path: here, like: found };
	}
	throw new Refusal('not written: circular symbolic link');
}

/** The folder a path lies in, by its real name. */
function folderOf(path: string): string {
	const folder = dirname(path);
	try {
		const real = realpathSync.native(folder);
		if (statSync(real).isDirectory()) return real;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') throw new Refusal(`not written: no such folder: ${folder}`);
		if (code !== 'ENOTDIR') throw error;
	}
	throw new Refusal(`not written: not a folder: ${folder}`);
}

/**
 * Writes all of a content: a file in one step, which keeps its mode and owner, anything else as it comes.
 * @returns false where a reader went away before the end
 * @throws Refusal; a file is then as it was
 */
export async function put(
	to: Exclude<Destination, { kind: 'descriptor' }>,
	content: string | Uint8Array,
): Promise<boolean> {
	try {
		if (to.kind === 'file')
			await uninterrupted(() => writeAtomically(to.path, content, { like: to.like, durable: true }));
		else await stream(to.path, content);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
		throw refusal(error);
	}
}

/** Not synchronous: a pipe waits for its reader, and the program must still hear that it shall end. */
async function stream(path: string, content: string | Uint8Array): Promise<void> {
	const file = await open(path, constants.O_WRONLY | constants.O_TRUNC | (constants.O_NOCTTY ?? 0));
	try {
		await file.writeFile(content);
	} finally {
		await file.close();
	}
}
