import { kernelFor, newestKernel } from '../kernel/index.js';
import type { Kernel } from '../kernel/types.js';
import type { Files } from '../workspace/files.js';
import { type Tree, TreeLocator } from '../workspace/trees.js';
import type { Folders } from './folders.js';
import type { Settings, SettingsStore } from './settings.js';

/** What a document is judged by. A new object means that something of it changed. */
export interface Context {
	readonly kernel: Kernel;
	/** Kernel tree the document lies in. */
	readonly tree: Tree | undefined;
	/** Path relative to the tree, else to its workspace folder, else absolute; "/" separators. */
	readonly path: string;
	readonly settings: Settings;
}

/** The context of each document, kept until something it rests on changes. */
export class Contexts {
	readonly #known = new Map<string, Promise<Context>>();
	readonly #locator: TreeLocator;
	readonly #settings: SettingsStore;
	readonly #folders: Folders;

	constructor(files: Files, settings: SettingsStore, folders: Folders) {
		this.#locator = new TreeLocator(files);
		this.#settings = settings;
		this.#folders = folders;
	}

	of(uri: string): Promise<Context> {
		const known = this.#known.get(uri);
		if (known) return known;
		const found = this.#find(uri);
		this.#known.set(uri, found);
		// A failed look-up must not stay: the next question asks again.
		found.catch(() => this.#known.get(uri) === found && this.#known.delete(uri));
		return found;
	}

	forget(uri: string): void {
		this.#known.delete(uri);
		this.#settings.forget(uri);
	}

	/** Settings or folders changed: ask again for every document. */
	clear(): void {
		this.#known.clear();
	}

	/**
	 * A file changed on disk or was saved.
	 * @returns true when open documents want a new analysis
	 */
	fileChanged(uri: string): boolean {
		if (!this.#locator.invalidate(uri)) return false;
		this.#known.clear();
		return true;
	}

	async #find(uri: string): Promise<Context> {
		const [settings, tree] = await Promise.all([this.#settings.of(uri), this.#locator.find(uri)]);
		return {
			settings,
			tree,
			kernel: tree?.kernel ?? (settings.kernel === undefined ? newestKernel() : kernelFor(settings.kernel)),
			path: tree?.relative(uri) ?? this.#folders.relative(uri),
		};
	}
}
