import { posix } from 'node:path';
import type { Kernel } from '../kernel/types.js';
import type { Files } from '../workspace/files.js';
import { outsideKernel } from '../workspace/outsideKernel.js';
import { type Tree, TreeLocator } from '../workspace/trees.js';
import { digest } from './cache.js';
import type { KernelFacts } from './results.js';

/** The kernel a file belongs to, and how its path is told to the engine and back. */
export interface KernelContext {
	/** Root of the kernel tree; undefined outside any. */
	readonly tree: string | undefined;
	/** Version, such as "6.12.117". */
	readonly version: string;
	readonly facts: KernelFacts;
	/** Path for the engine of one relative to the audited folder. */
	inward(path: string): string;
	/** The reverse. */
	outward(path: string): string;
}

/** The kernels of an audited folder: the one it lies in, else those inside it, else the one assumed. */
export class KernelResolver {
	readonly #root: string;
	readonly #asked: string | undefined;
	readonly #by: string;
	readonly #locator: TreeLocator;
	readonly #known = new Map<string | undefined, Promise<KernelContext>>();
	#around: KernelContext | undefined;
	#first: KernelContext | undefined;

	/**
	 * @param root absolute, real, with "/"
	 * @param asked kernel version, or folder of headers, for files outside a tree
	 * @param by who asks for it: an option, or a configuration file
	 */
	constructor(root: string, asked: string | undefined, by: string, files: Files) {
		this.#root = root;
		this.#locator = new TreeLocator(files);
		this.#asked = asked;
		this.#by = by;
	}

	/** Must be awaited before the first question. */
	async settle(): Promise<this> {
		const tree = await this.#locator.find(this.#root, true);
		if (tree) this.#around = await this.#homeIn(tree);
		return this;
	}

	async of(path: string): Promise<KernelContext> {
		if (this.#around) return this.#around;
		const home = await this.#homeIn(await this.#locator.find(`${this.#root}/${path}`));
		if (home.tree !== undefined) this.#first ??= home;
		return home;
	}

	/** The audited folder is no part of a kernel tree. */
	get isOutside(): boolean {
		return this.#around === undefined;
	}

	/** Version for the report. */
	get version(): string {
		return (this.#around ?? this.#first)?.version ?? this.#outside;
	}

	/** Nothing says which it is. */
	get isAssumed(): boolean {
		return this.#asked === undefined && (this.#around ?? this.#first) === undefined;
	}

	/** One line for people: the version and where it comes from. */
	get told(): string {
		const tree = (this.#around ?? this.#first)?.tree;
		if (tree !== undefined) return `kernel ${this.version}, from the headers of ${tree}`;
		if (this.#kernel.origin === 'headers')
			return `kernel ${this.version}, from the headers of ${this.#asked}, named by ${this.#by}: not a kernel tree`;
		if (this.#asked !== undefined) return `kernel ${this.version}, as set by ${this.#by}: not a kernel tree`;
		return `kernel ${this.version} assumed (newest known): not a kernel tree; set --kernel`;
	}

	get #kernel(): Kernel {
		return outsideKernel(this.#asked);
	}

	/** As it is asked for, where that is a version. */
	get #outside(): string {
		return this.#kernel.origin === 'option' ? (this.#asked as string) : this.#kernel.version;
	}

	#homeIn(tree: Tree | undefined): Promise<KernelContext> {
		let home = this.#known.get(tree?.root);
		if (!home) {
			home = tree ? inTree(tree, this.#root) : Promise.resolve(outside(this.#outside, this.#asked));
			this.#known.set(tree?.root, home);
		}
		return home;
	}
}

function outside(version: string, asked: string | undefined): KernelContext {
	const headers = asked === undefined ? undefined : headersDigest(asked);
	return {
		tree: undefined,
		version,
		facts: { release: digest('outside', version, headers ?? ''), version },
		inward: (path) => path,
		outward: (path) => path,
	};
}

async function inTree(tree: Tree, root: string): Promise<KernelContext> {
	return {
		tree: tree.root,
		version: tree.kernel.version,
		facts: { release: digest('tree', ...tree.headers, ...told(tree.kernel)), version: tree.kernel.version },
		inward: (path) => posix.relative(tree.root, `${root}/${path}`),
		outward: (path) => posix.relative(root, `${tree.root}/${path}`),
	};
}

/** Names what the headers of a folder say; undefined for a version. */
function headersDigest(asked: string): string | undefined {
	const kernel = outsideKernel(asked);
	if (kernel.origin !== 'headers') return undefined;
	return digest(asked, JSON.stringify(kernel.apis()), JSON.stringify(kernel.flags()));
}

/** All that a kernel says, but for its version and where each was read. */
function told(kernel: Kernel): string[] {
	const rest = <T extends { readonly source: string }>(one: T | undefined) => one && { ...one, source: '' };
	return [
		kernel.release,
		String(kernel.assumed),
		JSON.stringify(kernel.apis().map(({ name, signature, verified }) => [name, rest(signature), verified])),
		JSON.stringify(kernel.flags().map(({ name, span, verified }) => [name, rest(span), verified])),
	];
}
