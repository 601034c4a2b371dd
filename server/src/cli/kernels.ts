import { beyondTable } from '../kernel/releases.js';
import type { Kernel } from '../kernel/types.js';
import type { Files } from '../workspace/files.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { outsideKernel } from '../workspace/outsideKernel.js';
import { relative } from '../workspace/paths.js';
import { type Tree, TreeLocator } from '../workspace/trees.js';

/** What a file is judged by. */
export interface Judged {
	readonly kernel: Kernel;
	/** Path for the engine: relative to the tree where there is one. */
	readonly path: string;
	readonly tree: Tree | undefined;
}

/** Chooses the kernel of each file: its tree's own, else the one asked for, else the newest known. */
export class Kernels {
	readonly #locator: TreeLocator;
	readonly #outside: Kernel;
	readonly #asked: string | undefined;
	readonly #compiled: Tree | undefined;
	/** Kernel -> root of its tree, undefined for those outside any; in the order of first use. */
	readonly #used = new Map<Kernel, string | undefined>();
	/** Those that a configuration file names, by version. */
	readonly #configured = new Map<string, { readonly kernel: Kernel; readonly file: string }>();

	/**
	 * @param asked value of --kernel, known to be a version or a folder of headers
	 * @param compiled the tree that files are compiled against, wherever they lie
	 */
	constructor(asked: string | undefined, files: Files = nodeFiles, compiled?: Tree) {
		this.#locator = new TreeLocator(files);
		this.#compiled = compiled;
		this.#asked = asked;
		this.#outside = outsideKernel(asked);
	}

	/**
	 * @param path absolute, with "/"
	 * @param shown path for a file outside a tree
	 * @param said the version a configuration file names for it, and that file
	 */
	async of(path: string, shown: string, said?: { readonly kernel: string; readonly file: string }): Promise<Judged> {
		const compiled = this.#compiled;
		const tree = compiled && holds(compiled.root, path) ? compiled : await this.#locator.find(path);
		const kernel = compiled?.kernel ?? tree?.kernel ?? this.#outsideOf(said);
		this.#used.set(kernel, tree?.root);
		return { kernel, tree, path: tree?.relative(path) ?? shown };
	}

	#outsideOf(said: { readonly kernel: string; readonly file: string } | undefined): Kernel {
		if (this.#asked !== undefined || !said) return this.#outside;
		let known = this.#configured.get(said.kernel);
		if (!known) {
			known = { kernel: outsideKernel(said.kernel), file: said.file };
			this.#configured.set(said.kernel, known);
		}
		return known.kernel;
	}

	async isInTree(path: string): Promise<boolean> {
		return (await this.#locator.find(path)) !== undefined;
	}

	/** The kernel of a folder or file that was named, for reports on nothing. */
	async named(path: string): Promise<void> {
		const tree = await this.#locator.find(path, true);
		if (tree) this.#used.set(tree.kernel, tree.root);
	}

	/** The kernel of the first tree, else the one outside any. */
	get first(): Kernel {
		for (const [kernel, root] of this.#used) if (root !== undefined) return kernel;
		const [configured] = this.#configured.values();
		return configured?.kernel ?? this.#outside;
	}

	/** One line for each kernel used: its version and where that comes from. */
	explain(show: (path: string) => string): string[] {
		const used = this.#used.size > 0 ? [...this.#used] : [[this.#outside, undefined] as const];
		return used.map(([kernel, root]) => {
			if (root !== undefined) {
				const aside = this.#asked !== undefined ? '; --kernel is for files outside a tree' : '';
				return `kernel ${kernel.version}, from the headers of ${show(root)}${aside}`;
			}
			const beyond = beyondTable(kernel.release);
			const informs = beyond ? `; ${beyond}, findings that depend on it are reported as information` : '';
			const configured = [...this.#configured.values()].find((known) => known.kernel === kernel);
			if (configured) return `kernel ${kernel.version}, as set by ${show(configured.file)}${informs}`;
			if (this.#asked !== undefined && kernel.origin === 'headers')
				return `kernel ${kernel.version}, from the headers of ${show(this.#asked)}, named by --kernel`;
			return this.#asked !== undefined
				? `kernel ${kernel.version}, as set by --kernel${informs}`
				: `kernel ${kernel.version} assumed (newest known): not in a kernel tree; set --kernel`;
		});
	}
}

function holds(folder: string, path: string): boolean {
	return relative(folder, path) !== undefined;
}
