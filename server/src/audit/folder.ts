import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Files } from '../workspace/files.js';
import { MAX_BYTES } from '../workspace/read.js';
import { decode } from '../workspace/text.js';
import { digest } from './cache.js';

/** The C files of one folder, each read once: what is said of one of them may depend on any of the others. */
export class Folder implements Files {
	readonly #path: string;
	readonly #names: readonly string[];
	readonly #contents = new Map<string, Promise<Buffer | undefined>>();

	/**
	 * @param path absolute, with "/"
	 * @param names of its C files
	 */
	constructor(path: string, names: readonly string[]) {
		this.#path = path;
		this.#names = names.toSorted();
	}

	/** Names the contents of all files together. */
	async digest(): Promise<string> {
		const contents = await Promise.all(this.#names.map((name) => this.#bytes(join(this.#path, name))));
		return digest(...this.#names.flatMap((name, i) => [name, contents[i] ?? '']));
	}

	async list(folder: string): Promise<readonly string[]> {
		return folder === this.#path ? this.#names : [];
	}

	async read(path: string): Promise<string | undefined> {
		const bytes = await this.#bytes(path);
		return bytes && bytes.length <= MAX_BYTES ? decode(bytes)?.text : undefined;
	}

	#bytes(path: string): Promise<Buffer | undefined> {
		let bytes = this.#contents.get(path);
		if (!bytes) {
			bytes = readFile(path).catch(() => undefined);
			this.#contents.set(path, bytes);
		}
		return bytes;
	}
}
