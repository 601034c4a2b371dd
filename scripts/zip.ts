import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

export interface Entry {
	/** Path inside the archive, with "/". */
	readonly name: string;
	/** Bytes it takes in the archive. */
	readonly packed: number;
	/** Bytes once unpacked. */
	readonly size: number;
}

/** The files of a ZIP archive with their sizes. */
export function readEntries(archive: Uint8Array): Entry[] {
	const entries: Entry[] = [];
	unzipSync(archive, {
		filter: ({ name, size, originalSize }) => {
			entries.push({ name, packed: size, size: originalSize });
			return false;
		},
	});
	return entries;
}

/** Writes the files of a ZIP archive below a folder (absolute path). */
export function unpack(archive: Uint8Array, folder: string): void {
	for (const [name, bytes] of Object.entries(unzipSync(archive))) {
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), bytes);
	}
}
