import { isUtf8 } from 'node:buffer';
import { type Dirent, existsSync, readdirSync } from 'node:fs';

/** Why a file or folder is skipped whose name no text can hold. */
export const NO_TEXT = 'the name is not UTF-8';

/** What stands for bytes that are no UTF-8; it may also stand in a name itself. */
const REPLACEMENT = '\ufffd';

export type Entry = Pick<Dirent, 'name' | 'isDirectory' | 'isFile' | 'isSymbolicLink'>;

/** Entries of a folder by whether their name can be told, and opened, as text. */
export interface Entries {
	readonly named: readonly Entry[];
	/** As they look: not the name of anything. */
	readonly unnamed: readonly Entry[];
}

/** @param entries of the folder, as they were read. Throws what the file system says. */
export function sorted(folder: string, entries: readonly Entry[]): Entries {
	if (!entries.some(({ name }) => name.includes(REPLACEMENT))) return { named: entries, unnamed: [] };
	const named: Entry[] = [];
	const unnamed: Entry[] = [];
	for (const raw of readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })) {
		(isUtf8(raw.name) ? named : unnamed).push({
			name: raw.name.toString(),
			isDirectory: () => raw.isDirectory(),
			isFile: () => raw.isFile(),
			isSymbolicLink: () => raw.isSymbolicLink(),
		});
	}
	return { named, unnamed };
}

/** What a program printed as the name of a file was no UTF-8. @param path absolute */
export function isGarbled(path: string): boolean {
	return path.includes(REPLACEMENT) && !existsSync(path);
}
