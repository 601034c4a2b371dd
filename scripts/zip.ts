import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

export interface Entry {
	/** Path inside the archive, with "/". */
	readonly name: string;
	/** Bytes it takes in the archive. */
	readonly packed: number;
	/** Bytes once unpacked. */
	readonly size: number;
	/** Where its local header begins, in bytes from the start of the archive. */
	readonly offset: number;
	/** Stored as it is (0) or deflated (8). */
	readonly method: number;
}

/** Signatures of the records read for a listing, as the ZIP specification (APPNOTE 4.3) numbers them. */
const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** The files of a ZIP archive with their sizes, from its central directory. */
export function readEntries(archive: Buffer): Entry[] {
	let end = archive.length - 22;
	while (end >= 0 && archive.readUInt32LE(end) !== endOfDirectory) end--;
	if (end < 0) throw new Error('not a ZIP archive');
	const entries: Entry[] = [];
	let at = archive.readUInt32LE(end + 16);
	for (let count = archive.readUInt16LE(end + 10); count > 0; count--) {
		if (archive.readUInt32LE(at) !== directoryEntry) throw new Error('broken ZIP directory');
		const nameLength = archive.readUInt16LE(at + 28);
		entries.push({
			name: archive.toString('utf8', at + 46, at + 46 + nameLength),
			packed: archive.readUInt32LE(at + 20),
			size: archive.readUInt32LE(at + 24),
			offset: archive.readUInt32LE(at + 42),
			method: archive.readUInt16LE(at + 10),
		});
		at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
	}
	return entries;
}

/** Writes the files of a ZIP archive below a folder (absolute path). */
export function unpack(archive: Buffer, folder: string): void {
	for (const { name, packed, offset, method } of readEntries(archive)) {
		const begin = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
		const bytes = archive.subarray(begin, begin + packed);
		mkdirSync(dirname(join(folder, name)), { recursive: true });
		writeFileSync(join(folder, name), method === 0 ? bytes : inflateRawSync(bytes));
	}
}
