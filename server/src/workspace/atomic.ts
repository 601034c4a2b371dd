import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Replacement {
	/** Permissions of a new file, before the umask. */
	readonly mode?: number;
	/** The file that is replaced: its mode and owner stay. */
	readonly like?: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
	/** The content is on the disk before it has the name: a crash leaves the old file or the new one. */
	readonly durable?: boolean;
	/** Called when all is written but the name; where it throws, the file stays as it was. */
	check?(): void;
}

/**
 * Writes a file in one step: a reader, or a second writer, sees all of it or nothing.
 * Throws what the file system says, and leaves nothing behind.
 */
export function writeAtomically(
	path: string,
	content: Uint8Array | string,
	{ mode = 0o666, like, durable = false, check }: Replacement = {},
): void {
	// A name of its own: one made from that of the file may be too long.
	const part = join(dirname(path), `.gup-lens-${process.pid}-${randomBytes(6).toString('hex')}`);
	const file = openSync(part, 'wx', like ? like.mode & 0o700 : mode);
	try {
		try {
			writeFileSync(file, content);
			if (like) keep(file, like);
			if (durable) fsyncSync(file);
		} finally {
			closeSync(file);
		}
		check?.();
		renameSync(part, path);
	} catch (error) {
		rmSync(part, { force: true });
		throw error;
	}
}

function keep(file: number, { mode, uid, gid }: NonNullable<Replacement['like']>): void {
	try {
		fchownSync(file, uid, gid);
	} catch {
		// Only root may give files away; for all others the owner is right already.
	}
	fchmodSync(file, mode & 0o7777);
}

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const satisfies NodeJS.Signals[];

/**
 * Runs synchronous work to its end, also when the program is told to end meanwhile: then it ends afterwards. In the main thread
 * only; others do not hear signals.
 */
export async function uninterrupted<T>(work: () => T): Promise<T> {
	const heard: NodeJS.Signals[] = [];
	const hear = (signal: NodeJS.Signals) => void heard.push(signal);
	for (const signal of ENDING) process.on(signal, hear);
	try {
		return work();
	} finally {
		// Signals are heard between turns of the event loop, and this one may have looked for them already.
		for (let turn = 0; turn < 2; turn++) await new Promise((next) => setImmediate(next));
		for (const signal of ENDING) process.removeListener(signal, hear);
		const [first] = heard;
		if (first) process.kill(process.pid, first);
	}
}
