import type { StandIns } from '../engine.js';
import { kernelFor, newestKernel } from '../kernel/index.js';
import { parseVersion } from '../kernel/releases.js';
import type { Kernel } from '../kernel/types.js';
import { severitiesFor } from '../workspace/configuration/configurations.js';
import type { Files } from '../workspace/files.js';
import { headersFolder } from '../workspace/headersFolder.js';
import { includePath } from '../workspace/includes.js';
import { parent } from '../workspace/paths.js';
import { type Tree, TreeLocator } from '../workspace/trees.js';
import type { WorkspaceConfigurations } from './configuration.js';
import type { Folders } from './folders.js';
import type { Log } from './log.js';
import type { Settings, SettingsStore } from './settings.js';

/** What a document is judged by. A new object means that something of it changed. */
export interface Context {
	readonly kernel: Kernel;
	/** What chose the kernel of a file outside a tree: the setting of the editor, or a configuration file. */
	readonly kernelSetBy: 'gup-lens.kernel' | '.gup-lens.json' | undefined;
	/** Kernel tree the document lies in. */
	readonly tree: Tree | undefined;
	/** The document is of a module outside a tree, as a Makefile above it says. */
	readonly isModule: boolean;
	/** Path relative to the tree, else to its workspace folder, else absolute; "/" separators. */
	readonly path: string;
	/** With what a configuration file says where nobody chose otherwise. */
	readonly settings: Settings;
	/** Macros and functions that stand for others. */
	readonly standIns: StandIns;
	/** A configuration file says that nothing is to be said of it. */
	readonly isExcluded: boolean;
}

/** The context of each document, kept until something it rests on changes. */
export class Contexts {
	readonly #known = new Map<string, Promise<Context>>();
	readonly #locator: TreeLocator;
	readonly #settings: SettingsStore;
	readonly #folders: Folders;
	readonly #configurations: WorkspaceConfigurations;
	readonly #files: Files;
	readonly #log: Log;
	/** Kernels of folders of headers, by path. */
	readonly #headers = new Map<string, Promise<Kernel>>();

	constructor(
		files: Files,
		settings: SettingsStore,
		folders: Folders,
		configurations: WorkspaceConfigurations,
		log: Log,
	) {
		this.#files = files;
		this.#log = log;
		this.#locator = new TreeLocator(files);
		this.#settings = settings;
		this.#folders = folders;
		this.#configurations = configurations;
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
		this.#headers.clear();
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

	/** The kernel of a file outside a tree. @param asked value of the setting */
	async #outside(asked: string | undefined, uri: string): Promise<Kernel> {
		if (asked === undefined) return newestKernel();
		if (parseVersion(asked)) return kernelFor(asked);
		let kernel = this.#headers.get(asked);
		if (!kernel) {
			kernel = this.#headersOf(asked, uri);
			this.#headers.set(asked, kernel);
		}
		return kernel;
	}

	/** @param uri of a document, whose scheme says who reads */
	async #headersOf(folder: string, uri: string): Promise<Kernel> {
		const { kernel, problem } = await headersFolder(uriOf(folder, uri), this.#files);
		if (!kernel)
			this.#log.warnOnce(
				`gup-lens.kernel is ${JSON.stringify(folder)}, which ${problem}; the newest kernel known is assumed`,
			);
		return kernel ?? newestKernel();
	}

	async #find(uri: string): Promise<Context> {
		const [own, tree, configuration] = await Promise.all([
			this.#settings.of(uri),
			this.#locator.find(uri),
			this.#configurations.of(uri),
		]);
		const settings: Settings = {
			...own,
			kernel: own.kernel ?? configuration.kernel,
			severities: severitiesFor(configuration, own.severities),
		};
		return {
			settings,
			tree,
			standIns: configuration.standIns,
			isExcluded: configuration.excludes(uri),
			isModule: tree === undefined && (await includePath(parent(uri) ?? uri, this.#files)).isModule,
			kernel: tree?.kernel ?? (await this.#outside(settings.kernel, uri)),
			kernelSetBy: own.kernel ? 'gup-lens.kernel' : configuration.kernel ? '.gup-lens.json' : undefined,
			path: tree?.relative(uri) ?? this.#folders.relative(uri),
		};
	}
}

/** A local path as a URI of the scheme that a document has. */
function uriOf(path: string, like: string): string {
	const scheme = /^[a-z][a-z0-9+.-]+:\/\/[^/]*/i.exec(like)?.[0] ?? 'file://';
	const slashes = path.replace(/\\/g, '/');
	return `${scheme}${slashes.startsWith('/') ? '' : '/'}${slashes.split('/').map(encodeURIComponent).join('/').replace(/%3A/gi, ':')}`;
}
