/** What a file system says of files, remembered: which of them name the family is only asked of those that changed. */
import { statSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { Cache } from './cache.js';

/** Size, mtime, ctime, inode. A change that keeps all four was made to deceive. */
const FIELDS = 4;
/** A file that changed this short before it was read, in milliseconds, may change again and look the same. */
const RACY = 2000;

/** Stamps of files or folders, one row each. Numbers in one array: a kernel has 60,000 of them. */
export class StampTable {
	readonly #values: Float64Array;

	constructor(values: Float64Array) {
		this.#values = values;
	}

	static of(root: string, paths: readonly string[]): StampTable {
		const values = new Float64Array(paths.length * FIELDS);
		paths.forEach((path, row) => {
			const at = row * FIELDS;
			try {
				const stats = statSync(`${root}/${path}`, { throwIfNoEntry: false });
				if (!stats) return;
				values[at] = stats.size;
				values[at + 1] = stats.mtimeMs;
				values[at + 2] = stats.ctimeMs;
				values[at + 3] = stats.ino;
			} catch {
				// It cannot be asked for, and counts as gone.
			}
		});
		return new StampTable(values);
	}

	get rows(): number {
		return this.#values.length / FIELDS;
	}

	isGone(row: number): boolean {
		return this.#values[row * FIELDS + 2] === 0;
	}

	isSettled(row: number, started: number): boolean {
		const at = row * FIELDS;
		return Math.max(this.#values[at + 1] as number, this.#values[at + 2] as number) < started - RACY;
	}

	isSame(row: number, other: StampTable, otherRow: number): boolean {
		for (let field = 0; field < FIELDS; field++) {
			if (this.#values[row * FIELDS + field] !== other.#values[otherRow * FIELDS + field]) return false;
		}
		return true;
	}

	/** Only these rows. */
	pick(rows: readonly number[]): Float64Array {
		const values = new Float64Array(rows.length * FIELDS);
		rows.forEach((row, to) => {
			for (let field = 0; field < FIELDS; field++)
				values[to * FIELDS + field] = this.#values[row * FIELDS + field] as number;
		});
		return values;
	}
}

/** What a folder was found to hold. */
export interface Held {
	/** Number of its C files. */
	readonly count: number;
	/** Names their contents. */
	readonly contents: string;
}

interface Stored {
	/** Paths, one a line. */
	readonly paths: string;
	readonly stamps: Float64Array;
	/** For each path, 1 where the file names the family. */
	readonly answers: Uint8Array;
	/** Folders with such files. */
	readonly held: ReadonlyMap<string, Held>;
}

/** The files of an audited folder as they are now, with what an earlier audit found out about them. */
export class Stamps {
	readonly paths: readonly string[];
	readonly #now: StampTable;
	/** 1: it names the family, 0: it does not, UNKNOWN. */
	readonly #answers: Uint8Array;
	readonly #unchanged: Uint8Array;
	readonly #held: ReadonlyMap<string, Held>;

	/** @param known undefined where nothing was found out */
	private constructor(paths: readonly string[], now: StampTable, known: Stored | undefined) {
		this.paths = paths;
		this.#now = now;
		this.#answers = new Uint8Array(paths.length).fill(UNKNOWN);
		this.#unchanged = new Uint8Array(paths.length);
		this.#held = known?.held ?? new Map();
		if (known) this.#recall(known);
	}

	/** Stamps all files. Those that are gone are left out. */
	static take(root: string, paths: readonly string[], known: Stored | undefined): Stamps {
		const stamps = StampTable.of(root, paths);
		const here = paths.flatMap((_, row) => (stamps.isGone(row) ? [] : [row]));
		if (here.length === paths.length) return new Stamps(paths, stamps, known);
		return new Stamps(
			here.map((row) => paths[row] as string),
			new StampTable(stamps.pick(here)),
			known,
		);
	}

	#recall({ paths, stamps, answers }: Stored): void {
		const before = paths.split('\n');
		const then = new StampTable(stamps);
		// Mostly nothing came or went, and the rows are the same.
		const rows = this.paths.every((path, row) => path === before[row])
			? undefined
			: new Map(before.map((path, row) => [path, row]));
		this.paths.forEach((path, row) => {
			const old = rows ? rows.get(path) : row;
			if (old === undefined || !this.#now.isSame(row, then, old)) return;
			this.#answers[row] = answers[old] as number;
			this.#unchanged[row] = 1;
		});
	}

	/** Rows of files of which it is not known whether they name the family. */
	get unknown(): readonly string[] {
		return this.paths.filter((_, row) => this.#answers[row] === UNKNOWN);
	}

	/** Takes the answers for all that were not known, but for those that could not be read. */
	learn(names: ReadonlySet<string>, unread: ReadonlySet<string>): void {
		this.paths.forEach((path, row) => {
			if (this.#answers[row] === UNKNOWN && !unread.has(path)) this.#answers[row] = names.has(path) ? 1 : 0;
		});
	}

	/** The row names the family. */
	isCandidate(row: number): boolean {
		return this.#answers[row] === 1;
	}

	/** Names the contents of a folder; undefined where one of its files is new or changed. */
	contents(folder: string, rows: readonly number[]): string | undefined {
		const held = this.#held.get(folder);
		return held?.count === rows.length && rows.every((row) => this.#unchanged[row] === 1) ? held.contents : undefined;
	}

	static read(cache: Cache, name: string): Stored | undefined {
		const bytes = cache.get('trees', name);
		return bytes && deserialize(bytes);
	}

	/**
	 * Files and folders that changed just now are left out: they may change again and look the same.
	 * @param contents of folders, by the rows of their files
	 * @param started when the files were stamped, in milliseconds
	 */
	write(
		cache: Cache,
		name: string,
		folders: ReadonlyMap<string, { readonly rows: readonly number[]; readonly contents: string }>,
		started: number,
	): void {
		const isSettled = (row: number) => this.#now.isSettled(row, started);
		const rows = Array.from(this.paths.keys()).filter((row) => this.#answers[row] !== UNKNOWN && isSettled(row));
		const held = [...folders].filter(([, { rows }]) => rows.every(isSettled));
		const stored: Stored = {
			paths: rows.map((row) => this.paths[row]).join('\n'),
			stamps: this.#now.pick(rows),
			answers: Uint8Array.from(rows, (row) => this.#answers[row] as number),
			held: new Map(held.map(([folder, { rows, contents }]) => [folder, { count: rows.length, contents }])),
		};
		cache.put('trees', name, serialize(stored));
	}
}

const UNKNOWN = 2;
