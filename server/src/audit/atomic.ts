import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file in one step: a reader, or a second writer, sees all of it or nothing.
 * Throws what the file system says, and leaves nothing behind.
 */
export function writeAtomically(path: string, content: Uint8Array | string): void {
	const part = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(part, content, { flag: 'wx' });
		renameSync(part, path);
	} catch (error) {
		try {
			rmSync(part, { force: true });
		} catch {
			// the folder may not even be there
		}
		throw error;
	}
}
