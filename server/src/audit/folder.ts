import { join } from 'node:path';
import type { Files } from '../workspace/files.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { readBytes } from '../workspace/read.js';
import { decode } from '../workspace/text.js';
import { digest } from './cache.js';

/** The C files of one folder, each read once: what is said of one of them may depend on any of the others. */
export class Folder implements Files {
	readonly #path: string;
	readonly #names: readonly string[];
	readonly #contents = new Map<string, Buffer | undefined>();

	/**
	 * @param path absolute, with "/"
	 * @param names of its C files
	 */
	constructor(path: string, names: readonly string[]) {
		this.#path = path;
		this.#names = names.toSorted();
	}

	/** Names the contents of all files together. */
	digest(): string {
		return digest(...this.#names.flatMap((name) => [name, this.#bytes(join(this.#path, name)) ?? '']));
	}

	/** A file of it includes a header of another folder by its path. */
	includesOthers(): boolean {
		return this.#names.some((name) =>
			/^\s*#\s*include\s*"[^"\n]*\//m.test(this.#bytes(join(this.#path, name))?.toString('latin1') ?? ''),
		);
	}

	async list(folder: string): Promise<readonly string[]> {
		return folder === this.#path ? this.#names : nodeFiles.list(folder);
	}

	async read(path: string): Promise<string | undefined> {
		const bytes = this.#bytes(path);
		return bytes && decode(bytes)?.text;
	}

	/** Synchronous: all files of the folder are needed at once, and promises cost more than reading them. */
	#bytes(path: string): Buffer | undefined {
		if (!this.#contents.has(path)) this.#contents.set(path, contentOf(path));
		return this.#contents.get(path);
	}
}

function contentOf(path: string): Buffer | undefined {
	try {
		return readBytes(path, false);
	} catch {
		return undefined;
	}
}
