/** The folder a series is written to: a new one, or one with nothing in it. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../workspace/collect.js';
import { oneLine } from '../../workspace/wording.js';
import { UsageError } from '../io.js';
import type { MailFile } from './series.js';

function refused(folder: string, why: string): UsageError {
	return new UsageError(`--series ${oneLine(folder)}: ${why}`);
}

/**
 * @param folder as the user gave it
 * @returns its absolute path
 * @throws UsageError where something is in it: mails of two series would be sent as one
 */
export function emptyFolder(folder: string, cwd: string): string {
	const path = resolve(cwd, folder);
	try {
		const [first] = readdirSync(path);
		if (first !== undefined)
			throw refused(folder, `the folder is not empty (${oneLine(first)}): name a new one, nothing is overwritten`);
	} catch (error) {
		if (error instanceof UsageError) throw error;
		const { code } = error as NodeJS.ErrnoException;
		if (code !== 'ENOENT') throw refused(folder, reasonOf(error as NodeJS.ErrnoException));
	}
	return path;
}

/** Writes the mails; a file that came in between is not overwritten. */
export function writeSeries(path: string, mails: readonly MailFile[]): void {
	try {
		mkdirSync(path, { recursive: true });
		for (const { name, bytes } of mails) writeFileSync(join(path, name), bytes, { flag: 'wx' });
	} catch (error) {
		throw refused(path, reasonOf(error as NodeJS.ErrnoException));
	}
}
