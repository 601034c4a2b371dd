import type { Needs, Neighbour } from '../engine.js';
import { mayDefine, mayUse } from '../syntax/shelf.js';
import type { Files } from './files.js';
import { join, parent } from './paths.js';

/** Rounds in which files that were found ask for further ones. */
const ROUNDS = 3;
/** Files of one folder that are looked at; the largest of the kernel has some 450. */
const MOST_FILES = 600;
/** UTF-16 units; longer ones are generated tables. */
const LONGEST_TEXT = 2_000_000;

/** Core functions are known by name; of those that a configuration chooses, a file cannot tell which it gets. */
const CORE = /^(?:include|kernel|lib|mm)\//;

/** Files of the whole tree that may define a function; for those that are not in the folder. */
export type Definitions = (name: string) => readonly string[];

/** A neighbour, and where it was read. */
export interface Beside extends Neighbour {
	/** Path or URI. */
	readonly file: string;
}

/** Finds the files beside one that have the functions and fields its pages go through. Reads each once until it is forgotten. */
export class Neighbourhood {
	readonly #files: Files;
	readonly #folders = new Map<string, Promise<readonly string[]>>();
	readonly #texts = new Map<string, Promise<Beside | undefined>>();

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
		let found: readonly Beside[] = [];
		const asked = new Set<string>();
		for (let round = 0; round < ROUNDS; round++) {
			const missing = unasked(needs(found), asked);
			if (missing.functions.length + missing.fields.length === 0) break;
			const beside = await this.#beside(file, named, missing);
			const open = missing.functions.filter(({ name }) => !beside.some(({ text }) => mayDefine(text, name)));
			const paths = open
				.flatMap(({ name }) => elsewhere(name))
				.filter((path) => path !== file && !CORE.test(named(path)));
			const far = await this.#read(paths, named);
			const fresh = [...beside, ...far].filter((neighbour) => !found.includes(neighbour));
			if (fresh.length === 0) break;
			found = [...found, ...fresh];
		}
		return found;
	}

	/** The file has still the text it was read with. */
	async isCurrent({ file, text }: Beside): Promise<boolean> {
		return (await this.#files.read(file)) === text;
	}

	/** The file changed, came or went. */
	forget(path: string): void {
		this.#texts.delete(path);
		const folder = parent(path);
		if (folder !== undefined) this.#folders.delete(folder);
	}

	async #beside(file: string, named: (path: string) => string, needs: Needs): Promise<Beside[]> {
		const folder = parent(file);
		if (folder === undefined) return [];
		const paths = (await this.#list(folder)).map((name) => join(folder, name)).filter((path) => path !== file);
		const all = await this.#read(paths, named);
		return all.filter(
			({ text }) =>
				needs.functions.some(({ name }) => mayDefine(text, name)) ||
				needs.fields.some(({ record, field }) => mayUse(text, record, field)),
		);
	}

	#list(folder: string): Promise<readonly string[]> {
		const known = this.#folders.get(folder);
		if (known) return known;
		const names = this.#files.list(folder).then(
			(all) =>
				all
					.filter((name) => /\.[ch]$/.test(name))
					.sort()
					.slice(0, MOST_FILES),
			() => [],
		);
		this.#folders.set(folder, names);
		return names;
	}

	async #read(paths: readonly string[], named: (path: string) => string): Promise<Beside[]> {
		const read = await Promise.all(
			[...new Set(paths)].map((path) => {
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
			}),
		);
		return read.flatMap((neighbour) => neighbour ?? []);
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
