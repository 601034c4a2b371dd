import { randomBytes } from 'node:crypto';
import { access, constants, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from './collect.js';

/** Why a file was left as it is, in words for the user. */
export class Refusal extends Error {}

/**
 * Replaces the content of a file in one step, so that a reader sees the old or the new one. Mode and owner stay,
 * a symbolic link stays a link.
 * Throws a Refusal when that cannot be done, and the file is as it was.
 * @param expected what the file must still contain
 */
export async function replaceFile(path: string, expected: Uint8Array, content: Uint8Array): Promise<void> {
	try {
		await replace(path, expected, content);
	} catch (error) {
		throw error instanceof Refusal ? error : new Refusal(`not written: ${reasonOf(error as NodeJS.ErrnoException)}`);
	}
}

async function replace(path: string, expected: Uint8Array, content: Uint8Array): Promise<void> {
	const target = await realpath(path);
	await access(target, constants.W_OK);
	const { mode, uid, gid } = await stat(target);
	const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`);
	try {
		const file = await open(part, 'wx', mode & 0o7777);
		try {
			await file.writeFile(content);
			// Only root may give files away; for all others the owner is right already.
			await file.chown(uid, gid).catch(() => {});
			await file.chmod(mode & 0o7777);
			await file.sync();
		} finally {
			await file.close();
		}
		if (Buffer.compare(await readFile(target), expected) !== 0) {
			throw new Refusal('changed meanwhile: left as it is');
		}
		await rename(part, target);
	} catch (error) {
		await rm(part, { force: true });
		throw error;
	}
}
