import type { Files } from './files.js';
import { parent } from './paths.js';

/** A state of files that differs from the disk in some of them; nothing is written. */
export class Overlay implements Files {
	readonly #base: Files;
	/** By path; undefined for a file that is not there in this state. */
	readonly #texts: ReadonlyMap<string, () => Promise<string | undefined>>;

	constructor(base: Files, texts: ReadonlyMap<string, () => Promise<string | undefined>>) {
		this.#base = base;
		this.#texts = texts;
	}

	read(path: string): Promise<string | undefined> {
		return this.#texts.get(path)?.() ?? this.#base.read(path);
	}

	async list(folder: string): Promise<readonly string[]> {
		const names = new Set(await this.#base.list(folder));
		for (const [path, text] of this.#texts) {
			if (parent(path) !== folder) continue;
			const name = path.slice(path.lastIndexOf('/') + 1);
			if ((await text()) === undefined) names.delete(name);
			else names.add(name);
		}
		return [...names];
	}
}
