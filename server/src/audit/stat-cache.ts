/** What a file system says of files, remembered: which of them name the family is only asked of those that changed. */
import { constants, lstatSync } from 'node:fs';
import { NOT_REGULAR } from '../workspace/collect.js';
import { areListed, isInside } from '../workspace/relativePath.js';
import { exactly, isOrdinal, listOf } from '../workspace/shape.js';
import type { Cache } from './cache.js';
import type { FolderContents, Inventory } from './inventory.js';
import type { AuditSkip } from './report.js';
import { MAX_SEARCHED, TOO_LARGE_TO_SEARCH } from './scan.js';
import { type Names, pack, packJson, packNames, unpack, unpackJson, unpackNames } from './sections.js';

/** Size, mtime, ctime, inode. A change that keeps all four was made to deceive. */
const FIELDS = 4;
/** In place of the ctime of what is not as it was listed. */
const IRREGULAR = -1;
/** A file that changed this short before it was read, in milliseconds, may change again and look the same. */
const RACY = 2000;

/** Stamps of files or folders, one row each. Numbers in one array: a kernel has 60,000 of them. */
export class StampTable {
	readonly #values: Float64Array;

	constructor(values: Float64Array) {
		this.#values = values;
	}

	/** From the bytes of an entry; undefined where they are not those of so many rows. */
	static from(bytes: Buffer, rows: number): StampTable | undefined {
		if (bytes.length !== rows * FIELDS * Float64Array.BYTES_PER_ELEMENT) return undefined;
		// A copy: a Buffer may lie anywhere in memory, and these numbers must not.
		return new StampTable(new Float64Array(new Uint8Array(bytes).buffer));
	}

	/** Of files; what is none by now, such as a link or a pipe, is irregular. */
	static of(root: string, paths: readonly string[]): StampTable {
		return StampTable.#look(root, paths, constants.S_IFREG);
	}

	/** @param folders relative to the root, "" for itself */
	static ofFolders(root: string, folders: readonly string[]): StampTable {
		return StampTable.#look(root, folders, constants.S_IFDIR);
	}

	/** @param kind what each must be, as a mode has it */
	static #look(root: string, paths: readonly string[], kind: number): StampTable {
		const values = new Float64Array(paths.length * FIELDS);
		paths.forEach((path, row) => {
			const at = row * FIELDS;
			try {
				const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
				if (!stats) return;
				values[at] = stats.size;
				values[at + 1] = stats.mtimeMs;
				values[at + 2] = (stats.mode & constants.S_IFMT) === kind ? stats.ctimeMs : IRREGULAR;
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

	/** In bytes. */
	size(row: number): number {
		return this.#values[row * FIELDS] as number;
	}

	isGone(row: number): boolean {
		return this.#values[row * FIELDS + 2] === 0;
	}

	isIrregular(row: number): boolean {
		return this.#values[row * FIELDS + 2] === IRREGULAR;
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

	get bytes(): Uint8Array {
		return new Uint8Array(this.#values.buffer, this.#values.byteOffset, this.#values.byteLength);
	}

	/** Only these rows. */
	pick(rows: readonly number[]): StampTable {
		const values = new Float64Array(rows.length * FIELDS);
		rows.forEach((row, to) => {
			for (let field = 0; field < FIELDS; field++)
				values[to * FIELDS + field] = this.#values[row * FIELDS + field] as number;
		});
		return new StampTable(values);
	}
}

/** What a folder was found to hold. */
export interface Held {
	/** Number of its C files. */
	readonly count: number;
	/** Names their contents. */
	readonly contents: string;
}

/** What an earlier audit found out of files. */
export interface Stored {
	readonly paths: Names;
	readonly stamps: StampTable;
	/** For each path, 1 where the file names the family. */
	readonly answers: Uint8Array;
	/** Folders with such files. */
	readonly held: ReadonlyMap<string, Held>;
}

/** The files of a folder on the disk as they are now. */
export class Stamps implements Inventory {
	readonly paths: readonly string[];
	/** What was listed as a file and is none by now, or is too large to be searched. */
	readonly skipped: readonly AuditSkip[];
	readonly #now: StampTable;
	/** 1: it names the family, 0: it does not, UNKNOWN. */
	readonly #answers: Uint8Array;
	readonly #unchanged: Uint8Array;
	readonly #held: ReadonlyMap<string, Held>;

	/** @param known undefined where nothing was found out */
	private constructor(
		paths: readonly string[],
		now: StampTable,
		known: Stored | undefined,
		skipped: readonly AuditSkip[] = [],
	) {
		this.paths = paths;
		this.skipped = skipped;
		this.#now = now;
		this.#answers = new Uint8Array(paths.length).fill(UNKNOWN);
		this.#unchanged = new Uint8Array(paths.length);
		this.#held = known?.held ?? new Map();
		if (known) this.#recall(known);
	}

	/** Stamps all files. Those that are gone are left out. */
	static take(root: string, paths: readonly string[], known: Stored | undefined): Stamps {
		const stamps = StampTable.of(root, paths);
		const here: number[] = [];
		const skipped: AuditSkip[] = [];
		paths.forEach((path, row) => {
			if (stamps.isIrregular(row)) skipped.push({ path, reason: NOT_REGULAR });
			else if (stamps.size(row) > MAX_SEARCHED) skipped.push({ path, reason: TOO_LARGE_TO_SEARCH });
			else if (!stamps.isGone(row)) here.push(row);
		});
		if (here.length === paths.length) return new Stamps(paths, stamps, known);
		const left = here.map((row) => paths[row] as string);
		return new Stamps(left, stamps.pick(here), known, skipped);
	}

	#recall({ paths: { names: before }, stamps, answers }: Stored): void {
		// Mostly nothing came or went, and the rows are the same.
		const rows = this.paths.every((path, row) => path === before[row])
			? undefined
			: new Map(before.map((path, row) => [path, row]));
		this.paths.forEach((path, row) => {
			const old = rows ? rows.get(path) : row;
			if (old === undefined || !this.#now.isSame(row, stamps, old)) return;
			this.#answers[row] = answers[old] as number;
			this.#unchanged[row] = 1;
		});
	}

	get unknown(): readonly string[] {
		return this.paths.filter((_, row) => this.#answers[row] === UNKNOWN);
	}

	learn(names: ReadonlySet<string>, unread: ReadonlySet<string>): void {
		this.paths.forEach((path, row) => {
			if (this.#answers[row] === UNKNOWN && !unread.has(path)) this.#answers[row] = names.has(path) ? 1 : 0;
		});
	}

	isCandidate(row: number): boolean {
		return this.#answers[row] === 1;
	}

	/** @returns undefined where one of its files is new or changed */
	contents(folder: string, rows: readonly number[]): string | undefined {
		const held = this.#held.get(folder);
		return held?.count === rows.length && rows.every((row) => this.#unchanged[row] === 1) ? held.contents : undefined;
	}

	/** @returns undefined where nothing was found out, or what is kept is not what it should be */
	static read(cache: Cache, name: string): Stored | undefined {
		const bytes = cache.get('trees', name);
		const [pathBytes, stampBytes, answers, heldBytes] = (bytes && unpack(bytes, SECTIONS)) ?? [];
		const paths = pathBytes && unpackNames(pathBytes);
		if (!paths || !stampBytes || !answers || !heldBytes) return undefined;
		const stamps = StampTable.from(stampBytes, paths.names.length);
		const held = unpackJson(heldBytes);
		if (!stamps || !areHeld(held) || !areListed(paths.joined) || answers.length !== paths.names.length)
			return undefined;
		// By number: an iterator would take a tenth of all the time of an audit again.
		for (let row = 0; row < answers.length; row++) if ((answers[row] as number) > 1) return undefined;
		const folders = (held as readonly (Held & { folder: string })[]).map(
			({ folder, ...rest }) => [folder, rest] as const,
		);
		return { paths, stamps, answers, held: new Map(folders) };
	}

	/** Files and folders that changed just now are left out: they may change again and look the same. */
	write(cache: Cache, name: string, folders: ReadonlyMap<string, FolderContents>, started: number): void {
		const isSettled = (row: number) => this.#now.isSettled(row, started);
		const rows = Array.from(this.paths.keys()).filter((row) => this.#answers[row] !== UNKNOWN && isSettled(row));
		const held = [...folders].filter(([, { rows }]) => rows.every(isSettled));
		const kept = held.map(([folder, { rows, contents }]) => ({ folder, count: rows.length, contents }));
		const sections = [
			packNames(rows.map((row) => this.paths[row] as string)),
			this.#now.pick(rows).bytes,
			Uint8Array.from(rows, (row) => this.#answers[row] as number),
			packJson(kept),
		];
		cache.put('trees', name, pack(sections));
	}
}

/** Paths, stamps, answers, folders. */
const SECTIONS = 4;

const areHeld = listOf(
	exactly({
		folder: (value) => value === '' || isInside(value),
		count: isOrdinal,
		contents: (value) => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value),
	}),
);

const UNKNOWN = 2;
