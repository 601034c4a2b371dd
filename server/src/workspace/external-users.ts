import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Claims, mayObject, type Neighbour, stemOf } from '../engine.js';
import { collect } from './collect.js';
import { Prefilter } from './prefilter.js';
import { readSource } from './read.js';

/** Files that are read before others have their turn: some milliseconds. */
const AT_A_TIME = 100;

/** Finds the files of a folder that may have a hand in what a conversion changes. Lists each folder once. */
export class ExternalUsers {
	readonly #folders = new Map<string, Promise<readonly string[]>>();

	/**
	 * @param folder the kernel tree, or the folder of a file outside any
	 * @param named path of a file as the engine knows it
	 */
	async to(claims: Claims, folder: string, named: (path: string) => string): Promise<readonly Neighbour[]> {
		const words = [
			...claims.functions.filter(({ only }) => only === undefined).map(({ name }) => name),
			...claims.fields.map(({ record }) => stemOf(record)),
		];
		if (words.length === 0) return [];
		const prefilter = new Prefilter(words);
		const found: Neighbour[] = [];
		for (const [i, path] of (await this.#files(folder)).entries()) {
			// a kernel has 60,000 of them, and an editor waits
			if (i % AT_A_TIME === 0) await nextTurn();
			const read = readSource(path, prefilter);
			if (read.kind === 'text' && mayObject(read.source.text, claims))
				found.push({ path: named(path), text: read.source.text });
		}
		return found;
	}

	#files(folder: string): Promise<readonly string[]> {
		let files = this.#folders.get(folder);
		if (!files) {
			files = collect([folder], folder).then((found) => found.files.map(({ path }) => path));
			this.#folders.set(folder, files);
		}
		return files;
	}
}
