import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { uninterrupted, writeAtomically } from './atomic.js';
import { reasonOf } from './collect.js';

/** Why a file was left as it is, in words for the user. */
export class Refusal extends Error {}

/** What the file system says, in those words. */
export function refusal(error: unknown): Refusal {
	if (error instanceof Refusal) return error;
	return new Refusal(`not written: ${reasonOf(error as NodeJS.ErrnoException, 'cannot be written')}`);
}

/**
 * Replaces the content of a file in one step, so that a reader sees the old or the new one. Mode and owner stay,
 * a symbolic link stays a link.
 * Throws a Refusal when that cannot be done, and the file is as it was.
 * @param expected what the file must still contain
 */
export async function replaceFile(path: string, expected: Uint8Array, content: Uint8Array): Promise<void> {
	try {
		const target = realpathSync(path);
		accessSync(target, constants.W_OK);
		const check = () => {
			if (Buffer.compare(readFileSync(target), expected) !== 0) throw new Refusal('file changed: not written');
		};
		await uninterrupted(() => writeAtomically(target, content, { like: statSync(target), durable: true, check }));
	} catch (error) {
		throw refusal(error);
	}
}
