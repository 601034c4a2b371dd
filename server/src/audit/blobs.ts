/** What is known of the contents that a repository holds, by the names of their objects: they mean the same in each revision. */
import { exactly, listOf } from '../workspace/shape.js';
import { type Cache, digest } from './cache.js';
import type { FolderContents, Inventory } from './inventory.js';
import type { RevisionListing } from './revisionListing.js';
import { pack, packJson, unpack, unpackJson } from './sections.js';

/** Objects that are remembered: those of tens of kernels. */
const MAX_OBJECTS = 600_000;
/** Folders of which is remembered what names their contents. */
const MAX_FOLDERS = 20_000;
/** Objects that have none of the words, objects that have one, folders. */
const SECTIONS = 3;

interface Known {
	/** Name of an object, in hexadecimal -> it has one of the words. */
	readonly answers: ReadonlyMap<string, boolean>;
	/** What names the objects of a folder -> what names its contents. */
	readonly folders: ReadonlyMap<string, string>;
}

/** The files of a revision. */
export class Blobs implements Inventory {
	readonly paths: readonly string[];
	readonly skipped = [];
	readonly unknown: readonly string[];
	readonly #ids: readonly string[];
	readonly #answers: Map<string, boolean>;
	readonly #folders: ReadonlyMap<string, string>;

	/** @param known undefined where nothing was found out */
	constructor({ files }: RevisionListing, known: Known | undefined) {
		this.paths = files.map(({ path }) => path);
		this.#ids = files.map(({ id }) => id);
		this.#answers = new Map(known?.answers);
		this.#folders = known?.folders ?? new Map();
		const asked = new Set<string>();
		// the same content may lie in many places
		this.unknown = this.paths.filter((_, row) => {
			const id = this.#id(row);
			return !this.#answers.has(id) && !asked.has(id) && asked.add(id);
		});
	}

	learn(names: ReadonlySet<string>, unread: ReadonlySet<string>): void {
		const asked = new Set(this.unknown);
		for (const [row, path] of this.paths.entries())
			if (asked.has(path) && !unread.has(path)) this.#answers.set(this.#id(row), names.has(path));
	}

	isCandidate(row: number): boolean {
		return this.#answers.get(this.#id(row)) === true;
	}

	contents(folder: string, rows: readonly number[]): string | undefined {
		return this.#folders.get(this.#named(folder, rows));
	}

	write(cache: Cache, name: string, folders: ReadonlyMap<string, FolderContents>): void {
		const here = new Set(this.#ids);
		const isOver = this.#answers.size > MAX_OBJECTS;
		const kept = [...this.#answers].filter(([id]) => !isOver || here.has(id));
		const ids = (answer: boolean) => kept.flatMap(([id, found]) => (found === answer ? [id] : []));
		const fresh = [...folders].map(([folder, { rows, contents }]) => [this.#named(folder, rows), contents] as const);
		const all = [...new Map([...this.#folders, ...fresh])].slice(-MAX_FOLDERS);
		const sections = [
			Buffer.from(ids(false).join(''), 'hex'),
			Buffer.from(ids(true).join(''), 'hex'),
			packJson(all.map(([objects, contents]) => ({ objects, contents }))),
		];
		cache.put('trees', name, pack(sections));
	}

	/**
	 * @param name of the entry in the cache
	 * @param length of the name of an object, in bytes
	 * @returns undefined where nothing was found out, or what is kept is not what it should be
	 */
	static read(cache: Cache, name: string, length: number): Known | undefined {
		const bytes = cache.get('trees', name);
		const [without, having, folderBytes] = (bytes && unpack(bytes, SECTIONS)) ?? [];
		if (!without || !having || !folderBytes) return undefined;
		if (without.length % length !== 0 || having.length % length !== 0) return undefined;
		const stored = unpackJson(folderBytes);
		if (!areFolders(stored)) return undefined;
		const folders = (stored as readonly { readonly objects: string; readonly contents: string }[]).map(
			({ objects, contents }) => [objects, contents] as const,
		);
		const answers = new Map<string, boolean>();
		for (const [section, answer] of [[without, false] as const, [having, true] as const])
			for (let at = 0; at < section.length; at += length) answers.set(section.toString('hex', at, at + length), answer);
		return { answers, folders: new Map(folders) };
	}

	#id(row: number): string {
		return this.#ids[row] as string;
	}

	/** Names the files of a folder and their objects. */
	#named(folder: string, rows: readonly number[]): string {
		return digest(...rows.flatMap((row) => [(this.paths[row] as string).slice(folder.length), this.#id(row)]));
	}
}

const isDigest = (value: unknown): boolean => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value);
const areFolders = listOf(exactly({ objects: isDigest, contents: isDigest }));
