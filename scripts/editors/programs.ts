import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Absolute path of a Chromium or Chrome on PATH, undefined when there is none. */
export function findChromium(): string | undefined {
	return findProgram(...names);
}

/** Absolute path of the first of these programs found on PATH, undefined when none is. */
export function findProgram(...programs: readonly string[]): string | undefined {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return programs.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
