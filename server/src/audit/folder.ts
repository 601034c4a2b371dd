import { join } from 'node:path';
import { GitError } from '../programs/git.js';
import type { Files } from '../workspace/files.js';
import type { Sources } from '../workspace/sources.js';
import { decode } from '../workspace/text.js';
import { digest } from './cache.js';

/** The C files of one folder, each read once: what is said of one of them may depend on any of the others. */
export class AuditFolder implements Files {
	readonly #path: string;
	readonly #names: readonly string[];
	readonly #sources: Sources;
	readonly #contents = new Map<string, Promise<Buffer | undefined>>();

	/**
	 * @param path absolute, with "/"
	 * @param names of its C files
	 */
	constructor(path: string, names: readonly string[], sources: Sources) {
		this.#path = path;
		this.#sources = sources;
		this.#names = names.toSorted();
	}

	/** Names the contents of all files together. */
	async digest(): Promise<string> {
		const contents = await this.#all();
		return digest(...this.#names.flatMap((name, i) => [name, contents[i] ?? '']));
	}

	/** A file of it includes a header of another folder by its path. */
	async includesOthers(): Promise<boolean> {
		const contents = await this.#all();
		return contents.some((bytes) => /^\s*#\s*include\s*"[^"\n]*\//m.test(bytes?.toString('latin1') ?? ''));
	}

	/** A file of it asks which kernel it is. */
	async asksVersion(): Promise<boolean> {
		const contents = await this.#all();
		return contents.some((bytes) => bytes !== undefined && asksVersion(bytes));
	}

	async list(folder: string): Promise<readonly string[]> {
		return folder === this.#path ? this.#names : this.#sources.list(folder);
	}

	async read(path: string): Promise<string | undefined> {
		const bytes = await this.#bytes(path);
		return bytes && decode(bytes)?.text;
	}

	#all(): Promise<readonly (Buffer | undefined)[]> {
		return Promise.all(this.#names.map((name) => this.#bytes(join(this.#path, name))));
	}

	#bytes(path: string): Promise<Buffer | undefined> {
		let content = this.#contents.get(path);
		if (!content) {
			content = contentOf(this.#sources, path);
			this.#contents.set(path, content);
		}
		return content;
	}
}

/** A file that asks which kernel it is, by what the version of one is compared by. */
export function asksVersion(content: Pick<Buffer | string, 'includes'>): boolean {
	return content.includes('LINUX_VERSION') || content.includes('KERNEL_VERSION');
}

async function contentOf(sources: Sources, path: string): Promise<Buffer | undefined> {
	try {
		return await sources.bytes(path);
	} catch (error) {
		// what a repository lacks is not what a folder holds
		if (error instanceof GitError) throw error;
		return undefined;
	}
}
