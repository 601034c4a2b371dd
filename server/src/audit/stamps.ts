/** What a file system says of files, remembered: which of them name the family is only asked of those that changed. */
import { type Stats, statSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import { type Cache, digest } from './cache.js';

/** Size, mtime, ctime, inode. A change that keeps all four was made to deceive. */
const FIELDS = 4;
/** A file that changed this short before it was read, in milliseconds, may change again and look the same. */
const RACY = 2000;

interface Stored {
	/** Paths, one a line. */
	readonly paths: string;
	readonly stamps: Float64Array;
	/** For each path, 1 where the file names the family. */
	readonly answers: Uint8Array;
	/** Folders with such files: what their files were stamped, and what they hold. */
	readonly folders: ReadonlyMap<string, FolderStamp>;
}

interface FolderStamp {
	readonly stamps: string;
	readonly contents: string;
}

const NONE: Stored = {
	paths: '',
	stamps: new Float64Array(0),
	answers: new Uint8Array(0),
	folders: new Map(),
};

export interface Stamped {
	readonly path: string;
	readonly stamp: Stats;
	/** Whether it names the family; undefined where that is not known. */
	readonly answer: boolean | undefined;
}

/** What an earlier audit of the same folder found. */
export class Stamps {
	readonly #rows = new Map<string, number>();
	readonly #stored: Stored;

	private constructor(stored: Stored) {
		if (stored.paths !== '') {
			stored.paths.split('\n').forEach((path, row) => {
				this.#rows.set(path, row);
			});
		}
		this.#stored = stored;
	}

	/** @param name of the entry in the cache */
	static read(cache: Cache, name: string): Stamps {
		const bytes = cache.get('trees', name);
		return new Stamps(bytes ? deserialize(bytes) : NONE);
	}

	get isEmpty(): boolean {
		return this.#rows.size === 0;
	}

	answer(path: string, stamp: Stats): boolean | undefined {
		const row = this.#rows.get(path);
		if (row === undefined) return undefined;
		const { stamps, answers } = this.#stored;
		return fieldsOf(stamp).every((value, i) => stamps[row * FIELDS + i] === value) ? answers[row] === 1 : undefined;
	}

	/** What a folder holds; undefined where one of its files is new or changed. */
	contents(folder: string, files: readonly Stamped[]): string | undefined {
		const known = this.#stored.folders.get(folder);
		return known?.stamps === stampsOf(files) ? known.contents : undefined;
	}

	/**
	 * Files and folders that changed just now are left out: they may change again and look the same.
	 * @param folders what a folder holds, with its files
	 * @param started when the files were stamped, in milliseconds
	 */
	static write(
		cache: Cache,
		name: string,
		files: readonly Stamped[],
		folders: ReadonlyMap<string, { readonly files: readonly Stamped[]; readonly contents: string }>,
		started: number,
	): void {
		const isSettled = ({ stamp }: Stamped) => Math.max(stamp.mtimeMs, stamp.ctimeMs) < started - RACY;
		const settled = files.filter((file) => file.answer !== undefined && isSettled(file));
		const stamps = new Float64Array(settled.length * FIELDS);
		settled.forEach(({ stamp }, row) => {
			stamps.set(fieldsOf(stamp), row * FIELDS);
		});
		const stored: Stored = {
			paths: settled.map(({ path }) => path).join('\n'),
			stamps,
			answers: Uint8Array.from(settled, ({ answer }) => (answer ? 1 : 0)),
			folders: new Map(
				[...folders]
					.filter(([, { files }]) => files.every(isSettled))
					.map(([folder, { files, contents }]) => [folder, { stamps: stampsOf(files), contents }]),
			),
		};
		cache.put('trees', name, serialize(stored));
	}
}

function stampsOf(files: readonly Stamped[]): string {
	return digest(...files.map(({ path, stamp }) => `${path} ${fieldsOf(stamp).join(' ')}`));
}

/** Stamp of a file; undefined where it is gone or cannot be asked for. */
export function stampOf(path: string): Stats | undefined {
	try {
		return statSync(path, { throwIfNoEntry: false });
	} catch {
		return undefined;
	}
}

function fieldsOf(stamp: Stats): number[] {
	return [stamp.size, stamp.mtimeMs, stamp.ctimeMs, stamp.ino];
}
