import type { Kernel } from '../kernel/types.js';
import type { Files } from './files.js';
import { readMakefile, type TreeVersion } from './makefile.js';
import { join, parent, relative } from './paths.js';
import { treeHeaders, treeKernel } from './treeKernel.js';

/** A kernel tree above a file. */
export interface Tree {
	/** Folder with the top Makefile, as a path or URI without a trailing "/". */
	readonly root: string;
	/** Facts as the tree's own headers tell them. */
	readonly kernel: Kernel;
	/** Headers of the tree that were read, relative to the root. */
	readonly headers: readonly string[];
	/** Path relative to the root with "/", not encoded; the path itself when it lies elsewhere. */
	relative(path: string): string;
}

/** The files that decide whether a folder is the root of a tree and what its kernel has, relative to the root. */
export const treeFiles: readonly string[] = ['Makefile', 'Kbuild', ...treeHeaders];

/** Finds the kernel tree above a path and reads its facts, each folder and each tree once. */
export class TreeLocator {
	/** Folder -> tree above it; promises, so that parallel questions share one answer. */
	readonly #folders = new Map<string, Promise<Tree | undefined>>();
	readonly #files: Pick<Files, 'read'>;

	constructor(files: Pick<Files, 'read'>) {
		this.#files = files;
	}

	/**
	 * The innermost kernel tree that holds a file or folder, undefined outside any.
	 * @param path path or URI of a file (or folder, when `folder` is true)
	 */
	find(path: string, folder = false): Promise<Tree | undefined> {
		const start = folder ? path.replace(/(?<=.)\/+$/, '') : parent(path);
		return start === undefined ? Promise.resolve(undefined) : this.#above(start);
	}

	/**
	 * Forget what a changed, new or deleted file decided.
	 * @param path path or URI of the file
	 * @returns true when trees found before may differ now, so that their files want a new analysis
	 */
	invalidate(path: string): boolean {
		const root = rootDecidedBy(path);
		if (root === undefined) return false;
		let dropped = false;
		for (const folder of this.#folders.keys()) {
			if (folder === root || folder.startsWith(`${root}/`)) dropped = this.#folders.delete(folder) || dropped;
		}
		return dropped;
	}

	#above(folder: string): Promise<Tree | undefined> {
		const known = this.#folders.get(folder);
		if (known) return known;
		const found = this.#rootedAt(folder).then((tree) => {
			const up = parent(folder);
			return tree ?? (up === undefined ? undefined : this.#above(up));
		});
		this.#folders.set(folder, found);
		return found;
	}

	async #rootedAt(folder: string): Promise<Tree | undefined> {
		const makefile = await this.#read(folder, 'Makefile');
		const version = makefile === undefined ? undefined : readMakefile(makefile);
		if (!version) return undefined;
		const headers = await this.#headers(folder);
		if (headers.size === 0 && (await this.#read(folder, 'Kbuild')) === undefined) return undefined;
		return tree(folder, version, headers);
	}

	async #headers(folder: string): Promise<ReadonlyMap<string, string>> {
		const texts = await Promise.all(treeHeaders.map((name) => this.#read(folder, name)));
		const found = new Map<string, string>();
		treeHeaders.forEach((name, i) => {
			const text = texts[i];
			if (text !== undefined) found.set(name, text);
		});
		return found;
	}

	#read(folder: string, name: string): Promise<string | undefined> {
		return this.#files.read(join(folder, name)).catch(() => undefined);
	}
}

function tree(root: string, version: TreeVersion, headers: ReadonlyMap<string, string>): Tree {
	return {
		root,
		kernel: treeKernel(version, headers),
		headers: [...headers.keys()],
		relative: (path) => relative(root, path) ?? path,
	};
}

/** The folder whose answer depends on this file, undefined when none can. */
function rootDecidedBy(path: string): string | undefined {
	const name = treeFiles.find((suffix) => path.endsWith(`/${suffix}`));
	return name === undefined ? undefined : path.slice(0, -name.length - 1);
}
