import type { Needs, Neighbour } from '../engine.js';
import { mayDefine, mayUse } from '../syntax/shelf.js';
import type { Files } from './files.js';
import { isC, join, parent } from './paths.js';

/** Rounds in which files that were found ask for further ones. */
const ROUNDS = 3;
/** Files of one folder that are looked at; the largest of the kernel has some 450. */
const MOST_FILES = 600;
/** UTF-16 units; longer ones are generated tables. */
const LONGEST_TEXT = 2_000_000;
/** Folders of which all texts are kept, those looked at last; of others only the texts that were found to have something. */
const MOST_WHOLE = 4;

/** Core functions are known by name; of those that a configuration chooses, a file cannot tell which it gets. */
const CORE = /^(?:include|kernel|lib|mm)\//;

/** Files of the whole tree that may define a function; for those that are not in the folder. */
export type Definitions = (name: string) => readonly string[];

/** A neighbour, and where it was read. */
export interface Beside extends Neighbour {
	/** Path or URI. */
	readonly file: string;
}

/** Finds the files beside one that have the functions and fields its pages go through. */
export class Neighbourhood {
	readonly #files: Files;
	/** By path; the one looked at last is at the end. */
	readonly #folders = new Map<string, Folder>();

	constructor(files: Files) {
		this.#files = files;
	}

	/**
	 * Neighbours of a file, the same objects as long as nothing was forgotten.
	 * @param file path or URI of the file
	 * @param named path of a neighbour as the engine is to know it
	 * @param needs what is missing beside the neighbours found so far
	 * @param elsewhere files in other folders
	 */
	async of(
		file: string,
		named: (path: string) => string,
		needs: (neighbours: readonly Neighbour[]) => Needs,
		elsewhere: Definitions = () => [],
	): Promise<readonly Beside[]> {
		const found = new Map<string, Beside>();
		const asked = new Set<string>();
		for (let round = 0; round < ROUNDS; round++) {
			const missing = unasked(needs([...found.values()]), asked);
			if (missing.functions.length + missing.fields.length === 0) break;
			const beside = await this.#beside(file, named, missing);
			const open = missing.functions.filter(({ name }) => !beside.some(({ text }) => mayDefine(text, name)));
			const paths = open
				.flatMap(({ name }) => elsewhere(name))
				.filter((path) => path !== file && !CORE.test(named(path)));
			const far = await Promise.all([...new Set(paths)].map((path) => this.#folderOf(path)?.read(path, named)));
			const before = found.size;
			for (const neighbour of [...beside, ...far])
				if (neighbour && !found.has(neighbour.file)) found.set(neighbour.file, neighbour);
			if (found.size === before) break;
		}
		return [...found.values()];
	}

	/** The file has still the text it was read with. */
	async isCurrent({ file, text }: Beside): Promise<boolean> {
		return (await this.#files.read(file)) === text;
	}

	/** The file has another text. */
	edited(path: string): void {
		const folder = parent(path);
		if (folder !== undefined) this.#folders.get(folder)?.edited(path);
	}

	/** The file changed, came or went. */
	forget(path: string): void {
		const folder = parent(path);
		if (folder !== undefined) this.#folders.get(folder)?.forget(path);
	}

	async #beside(file: string, named: (path: string) => string, { functions, fields }: Needs): Promise<Beside[]> {
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

	/** The folder of a file. Only of those looked at last all texts are kept. */
	#folderOf(file: string): Folder | undefined {
		const path = parent(file);
		if (path === undefined) return undefined;
		const folder = this.#folders.get(path) ?? new Folder(path, this.#files);
		this.#folders.delete(path);
		this.#folders.set(path, folder);
		[...this.#folders.values()].at(-1 - MOST_WHOLE)?.thin();
		return folder;
	}
}

/** A folder, read once until something in it changes. */
class Folder {
	readonly #path: string;
	readonly #files: Files;
	#names: Promise<readonly string[]> | undefined;
	readonly #texts = new Map<string, Promise<Beside | undefined>>();
	/** Files that have what was asked for. */
	readonly #answers = new Map<string, Promise<readonly Beside[]>>();

	constructor(path: string, files: Files) {
		this.#path = path;
		this.#files = files;
	}

	/** @param key of the question; the same one has the same answer */
	have(key: string, named: (path: string) => string, matches: (text: string) => boolean): Promise<readonly Beside[]> {
		let answer = this.#answers.get(key);
		if (!answer) {
			answer = this.#all(named).then((all) => all.filter(({ text }) => matches(text)));
			this.#answers.set(key, answer);
		}
		return answer;
	}

	async #all(named: (path: string) => string): Promise<Beside[]> {
		this.#names ??= this.#files.list(this.#path).then(
			(all) => all.filter(isC).sort().slice(0, MOST_FILES),
			() => [],
		);
		const read = await Promise.all((await this.#names).map((name) => this.read(join(this.#path, name), named)));
		return read.flatMap((beside) => beside ?? []);
	}

	read(path: string, named: (path: string) => string): Promise<Beside | undefined> {
		let text = this.#texts.get(path);
		if (!text) {
			text = this.#files.read(path).then(
				(found) =>
					found === undefined || found.length > LONGEST_TEXT
						? undefined
						: { path: named(path), text: found, file: path },
				() => undefined,
			);
			this.#texts.set(path, text);
		}
		return text;
	}

	forget(path: string): void {
		this.#names = undefined;
		this.edited(path);
	}

	edited(path: string): void {
		this.#texts.delete(path);
		this.#answers.clear();
	}

	/** Keep the texts that answered something. */
	async thin(): Promise<void> {
		const answers = await Promise.all(this.#answers.values());
		const kept = new Set(answers.flat());
		for (const [path, text] of [...this.#texts]) {
			const beside = await text;
			if (!(beside && kept.has(beside)) && this.#texts.get(path) === text) this.#texts.delete(path);
		}
	}
}

/** What was not asked for before; it is afterwards. */
function unasked({ functions, fields }: Needs, asked: Set<string>): Needs {
	const isNew = (key: string): boolean => !asked.has(key) && asked.add(key) !== undefined;
	return {
		functions: functions.filter(({ name }) => isNew(name)),
		fields: fields.filter(({ record, field }) => isNew(`${record}.${field}`)),
	};
}
