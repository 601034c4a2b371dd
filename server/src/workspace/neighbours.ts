import { LRUCache } from 'lru-cache';
import type { CrossFileDependencies, NeededHeader, Neighbour } from '../engine.js';
import { mayDefine, mayUse } from '../syntax/function-index.js';
import { normalised } from '../syntax/include-name.js';
import type { Files } from './files.js';
import { type IncludePath, includePath } from './includes.js';
import { isC, join, parent } from './paths.js';

/** Rounds in which files that were found ask for further ones. */
const ROUNDS = 3;
/** The same for headers, which include others. */
const HEADER_ROUNDS = 8;
/** Headers of one file. */
const MOST_HEADERS = 200;
/** Files of one folder that are looked at; the largest of the kernel has some 450. */
const MOST_FILES = 600;
/** UTF-16 units; longer ones are generated tables. */
const LONGEST_TEXT = 2_000_000;
/** UTF-16 units of one folder, in the order of the names; the largest of the kernel has 26 million. */
const MOST_TEXT = 32_000_000;
/** Files that are read at a time. */
const AT_A_TIME = 32;
/** Folders of which all texts are kept, those looked at last; of others only the texts that were found to have something. */
const MOST_WHOLE = 4;
/** Folders of which is kept where their headers are. */
const MOST_PATHS = 64;
/** UTF-16 units of all texts that are kept. */
const MOST_KEPT = 16_000_000;

/** Core functions are known by name; of those that a configuration chooses, a file cannot tell which it gets. */
const CORE = /^(?:include|kernel|lib|mm)\//;

/** @param path of a file as the engine knows it */
export function isInCore(path: string): boolean {
	return CORE.test(path);
}

/** Files of the whole tree that may define a function; for those that are not in the folder. */
export type Definitions = (name: string) => readonly string[];

/** A neighbour, and where it was read. */
export interface SiblingSource extends Neighbour {
	/** Path or URI. */
	readonly file: string;
}

/** The header as `#include <name>` finds it; the same object for the same one. */
function asAngled(header: SiblingSource, name: string): SiblingSource {
	if (header.angled === name) return header;
	const known = ANGLED.get(header);
	if (known?.angled === name) return known;
	const angled = { ...header, angled: name };
	ANGLED.set(header, angled);
	return angled;
}

const ANGLED = new WeakMap<SiblingSource, SiblingSource>();

/** Finds the files beside one that have the functions and fields its pages go through. */
export class Neighbourhood {
	readonly #files: Files;
	/** By path. */
	readonly #folders = new LRUCache<string, Folder>({ maxSize: MOST_KEPT });
	/** By folder. */
	readonly #paths = new LRUCache<string, Promise<IncludePath>>({ max: MOST_PATHS });

	constructor(files: Files) {
		this.#files = files;
	}

	/**
	 * Neighbours of a file, the same objects as long as nothing was forgotten.
	 * @param file path or URI of the file
	 * @param named path of a neighbour as the engine is to know it
	 * @param needs what is missing beside the neighbours found so far
	 * @param elsewhere files in other folders
	 * @param isModule the file lies outside a tree: its headers are looked for where its Makefiles say
	 */
	async of(
		file: string,
		named: (path: string) => string,
		needs: (neighbours: readonly Neighbour[]) => CrossFileDependencies,
		elsewhere: Definitions = () => [],
		isModule = false,
	): Promise<readonly SiblingSource[]> {
		const found = new Map<string, SiblingSource>();
		const asked = new Set<string>();
		const folder = parent(file);
		const path = isModule && folder !== undefined ? await this.#includePath(folder) : undefined;
		for (const forced of path?.forced ?? []) {
			const header = await this.#folderOf(forced)?.read(forced, named);
			if (header) found.set(header.file, { ...header, isForced: true });
		}
		const fileOf = (engine: string): string | undefined =>
			engine === named(file) ? file : [...found.values()].find((beside) => beside.path === engine)?.file;
		for (let round = 0, headers = 0; round < ROUNDS && headers < HEADER_ROUNDS; round++) {
			const missing = unasked(needs([...found.values()]), asked);
			if (missing.functions.length + missing.fields.length + missing.headers.length === 0) break;
			const before = found.size;
			for (const needed of missing.headers) {
				if (found.size >= MOST_HEADERS) break;
				const header = await this.#header(needed, fileOf(needed.from), named, path);
				if (!header || header.file === file) continue;
				const known = found.get(header.file);
				if (needed.isAngled) found.set(header.file, asAngled(known ?? header, needed.name));
				else if (!known) found.set(header.file, header);
			}
			// what headers define decides what else is needed
			if (found.size > before) {
				headers++;
				round--;
				for (const { name } of missing.functions) asked.delete(name);
				for (const { record, field } of missing.fields) asked.delete(`${record}.${field}`);
				continue;
			}
			const beside = await this.#beside(file, named, missing);
			const open = missing.functions.filter(({ name }) => !beside.some(({ text }) => mayDefine(text, name)));
			const paths = open
				.flatMap(({ name }) => elsewhere(name))
				.filter((path) => path !== file && !isInCore(named(path)));
			const far = await Promise.all([...new Set(paths)].map((path) => this.#folderOf(path)?.read(path, named)));
			for (const neighbour of [...beside, ...far])
				if (neighbour && !found.has(neighbour.file)) found.set(neighbour.file, neighbour);
			if (found.size === before) break;
		}
		for (const path of new Set([file, ...found.keys()].map(parent))) if (path !== undefined) this.#measure(path);
		return [...found.values()];
	}

	/** A Makefile above the file builds a module. @param file outside a tree */
	async isModule(file: string): Promise<boolean> {
		const folder = parent(file);
		return folder !== undefined && (await this.#includePath(folder)).isModule;
	}

	/** The file has still the text it was read with. */
	async isCurrent({ file, text }: SiblingSource): Promise<boolean> {
		return (await this.#files.read(file)) === text;
	}

	/** The file has another text. */
	edited(path: string): void {
		const folder = parent(path);
		if (folder !== undefined) this.#folders.get(folder)?.edited(path);
	}

	/** The file changed, came or went. */
	forget(path: string): void {
		if (/\/(?:Makefile|Kbuild)$/.test(path)) this.#paths.clear();
		const folder = parent(path);
		if (folder !== undefined) this.#folders.get(folder)?.forget(path);
	}

	/** Nobody asks about the files of a folder any more. @param path of the folder */
	leave(path: string): void {
		this.#folders.delete(path);
	}

	/** The header that a file includes; undefined where it lies outside of what is looked at. */
	async #header(
		{ name, isAngled }: NeededHeader,
		from: string | undefined,
		named: (path: string) => string,
		path: IncludePath | undefined,
	): Promise<SiblingSource | undefined> {
		const folder = from === undefined ? undefined : parent(from);
		if (folder === undefined || !isC(name) || name.startsWith('/')) return undefined;
		const above = path?.above ?? [];
		const usual = above.map((one) => join(one, 'include'));
		const folders = [...(path?.folders ?? []), ...usual];
		for (const place of isAngled ? folders : [folder, ...folders, ...above]) {
			const file = normalised(join(place, name));
			const isNear = path ? file.startsWith(`${path.root}/`) : parent(file) === folder;
			const header = isNear ? await this.#folderOf(file)?.read(file, named) : undefined;
			if (header) return header;
		}
		return undefined;
	}

	#includePath(folder: string): Promise<IncludePath> {
		let path = this.#paths.get(folder);
		if (!path) {
			path = includePath(folder, this.#files);
			this.#paths.set(folder, path);
		}
		return path;
	}

	async #beside(
		file: string,
		named: (path: string) => string,
		{ functions, fields }: CrossFileDependencies,
	): Promise<SiblingSource[]> {
		const folder = this.#folderOf(file);
		if (!folder) return [];
		const answers = await Promise.all([
			...functions.map(({ name }) => folder.have(name, named, (text) => mayDefine(text, name))),
			...fields.map(({ record, field }) =>
				folder.have(`${record}.${field}`, named, (text) => mayUse(text, record, field)),
			),
		]);
		const having = new Set(answers.flat());
		// in the order of the folder, whatever was asked first
		return [...having].filter((beside) => beside.file !== file).sort((a, b) => (a.file < b.file ? -1 : 1));
	}

	/** The folder of a file, which is the one looked at last. */
	#folderOf(file: string): Folder | undefined {
		const path = parent(file);
		if (path === undefined) return undefined;
		const folder = this.#folders.get(path) ?? new Folder(path, this.#files);
		if (!this.#folders.has(path)) this.#folders.set(path, folder, { size: 1 });
		void [...this.#folders.values()][MOST_WHOLE]?.thin();
		return folder;
	}

	/** Texts were read in a folder. */
	#measure(path: string): void {
		const folder = this.#folders.get(path);
		if (!folder) return;
		// the cache measures a value when it is new
		this.#folders.delete(path);
		this.#folders.set(path, folder, { size: Math.min(1 + folder.length, MOST_KEPT) });
	}
}

/** A folder, read once until something in it changes. */
class Folder {
	readonly #path: string;
	readonly #files: Files;
	#names: Promise<readonly string[]> | undefined;
	readonly #texts = new Map<string, Promise<SiblingSource | undefined>>();
	/** Of the texts that are read. */
	readonly #lengths = new Map<string, number>();
	#all: Promise<readonly SiblingSource[]> | undefined;
	/** Files that have what was asked for. */
	readonly #answers = new Map<string, Promise<readonly SiblingSource[]>>();

	constructor(path: string, files: Files) {
		this.#path = path;
		this.#files = files;
	}

	/** UTF-16 units that are kept of it. */
	get length(): number {
		return [...this.#lengths.values()].reduce((sum, length) => sum + length, 0);
	}

	/** @param key of the question; the same one has the same answer */
	have(
		key: string,
		named: (path: string) => string,
		matches: (text: string) => boolean,
	): Promise<readonly SiblingSource[]> {
		let answer = this.#answers.get(key);
		if (!answer) {
			this.#all ??= this.#readAll(named);
			answer = this.#all.then((all) => all.filter(({ text }) => matches(text)));
			this.#answers.set(key, answer);
		}
		return answer;
	}

	async #readAll(named: (path: string) => string): Promise<readonly SiblingSource[]> {
		this.#names ??= this.#files.list(this.#path).then(
			(all) => all.filter(isC).sort().slice(0, MOST_FILES),
			() => [],
		);
		const names = await this.#names;
		const read: SiblingSource[] = [];
		let length = 0;
		for (let at = 0; at < names.length && length < MOST_TEXT; at += AT_A_TIME) {
			const some = names.slice(at, at + AT_A_TIME).map((name) => this.read(join(this.#path, name), named));
			for (const beside of await Promise.all(some)) {
				if (!beside) continue;
				read.push(beside);
				length += beside.text.length;
			}
		}
		return read;
	}

	read(path: string, named: (path: string) => string): Promise<SiblingSource | undefined> {
		const known = this.#texts.get(path);
		if (known) return known;
		const text = this.#files.read(path).then(
			(found) => {
				if (found === undefined || found.length > LONGEST_TEXT) return undefined;
				if (this.#texts.get(path) === text) this.#lengths.set(path, found.length);
				return { path: named(path), text: found, file: path };
			},
			() => undefined,
		);
		this.#texts.set(path, text);
		return text;
	}

	forget(path: string): void {
		this.#names = undefined;
		this.edited(path);
	}

	edited(path: string): void {
		this.#drop(path);
		this.#answers.clear();
	}

	/** Keep the texts that answered something. */
	async thin(): Promise<void> {
		const answers = await Promise.all(this.#answers.values());
		const kept = new Set(answers.flat());
		for (const [path, text] of [...this.#texts]) {
			const beside = await text;
			if (!(beside && kept.has(beside)) && this.#texts.get(path) === text) this.#drop(path);
		}
	}

	#drop(path: string): void {
		this.#texts.delete(path);
		this.#lengths.delete(path);
		this.#all = undefined;
	}
}

/** What was not asked for before; it is afterwards. */
function unasked({ functions, fields, headers }: CrossFileDependencies, asked: Set<string>): CrossFileDependencies {
	const isNew = (key: string): boolean => !asked.has(key) && asked.add(key) !== undefined;
	return {
		functions: functions.filter(({ name }) => isNew(name)),
		fields: fields.filter(({ record, field }) => isNew(`${record}.${field}`)),
		headers: headers.filter(({ name, from, isAngled }) => isNew(`${from}#${isAngled ? `<${name}>` : name}`)),
	};
}
