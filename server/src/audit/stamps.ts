/** What a file system says of files, remembered: which of them name the family is only asked of those that changed. */
import { type Stats, statSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { Cache } from './cache.js';

/** Size, mtime, ctime, inode. A change that keeps all four was made to deceive. */
const FIELDS = 4;
/** A file that changed this short before it was read, in milliseconds, may change again and look the same. */
const RACY = 2000;

/** Whether a file names the family: the digest of its content where it does, "" where it does not. */
export type Answer = string;

interface Stored {
	/** Paths, one a line. */
	readonly paths: string;
	readonly stamps: Float64Array;
	/** Answers, one a line. */
	readonly answers: string;
}

export interface Stamped {
	readonly path: string;
	readonly stamp: Stats;
	/** As remembered; undefined for a file that is new or changed. */
	readonly answer: Answer | undefined;
}

/** The files of one folder. */
export class Stamps {
	readonly #rows = new Map<string, number>();
	readonly #stamps: Float64Array;
	readonly #answers: readonly Answer[];

	private constructor({ paths, stamps, answers }: Stored) {
		paths.split('\n').forEach((path, row) => {
			this.#rows.set(path, row);
		});
		this.#stamps = stamps;
		this.#answers = answers.split('\n');
	}

	/** @param name of the entry in the cache */
	static read(cache: Cache, name: string): Stamps {
		const bytes = cache.get('trees', name);
		return new Stamps(bytes ? deserialize(bytes) : { paths: '', stamps: new Float64Array(0), answers: '' });
	}

	get size(): number {
		return this.#rows.size;
	}

	answer(path: string, stamp: Stats): Answer | undefined {
		const row = this.#rows.get(path);
		if (row === undefined) return undefined;
		const same = fieldsOf(stamp).every((value, i) => this.#stamps[row * FIELDS + i] === value);
		return same ? this.#answers[row] : undefined;
	}

	/** @param started when the files were stamped, in milliseconds */
	static write(cache: Cache, name: string, files: readonly Stamped[], started: number): void {
		const settled = files.filter(
			({ answer, stamp }) => answer !== undefined && Math.max(stamp.mtimeMs, stamp.ctimeMs) < started - RACY,
		);
		const stamps = new Float64Array(settled.length * FIELDS);
		settled.forEach(({ stamp }, row) => {
			stamps.set(fieldsOf(stamp), row * FIELDS);
		});
		const stored: Stored = {
			paths: settled.map(({ path }) => path).join('\n'),
			stamps,
			answers: settled.map(({ answer }) => answer).join('\n'),
		};
		cache.put('trees', name, serialize(stored));
	}
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
