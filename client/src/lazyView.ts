/** A view that is loaded when it is first seen, or a command of it asked for: C projects that need neither never read it. */
import {
	Disposable,
	EventEmitter,
	type ProviderResult,
	commands as registry,
	type TreeDataProvider,
	type TreeItem,
	type TreeView,
	window,
} from 'vscode';

/** Fills the view, which is there already. */
export type Place = <Node>(tree: TreeDataProvider<Node>) => TreeView<Node>;

/** An empty tree until there is one. */
class LateTree implements TreeDataProvider<unknown> {
	readonly #changed = new EventEmitter<unknown>();
	readonly onDidChangeTreeData = this.#changed.event;
	readonly #missing: () => void;
	#tree: TreeDataProvider<unknown> | undefined;

	/** @param missing called when somebody sees that there is none */
	constructor(missing: () => void) {
		this.#missing = missing;
	}

	take(tree: TreeDataProvider<unknown>): void {
		this.#tree = tree;
		tree.onDidChangeTreeData?.((node) => this.#changed.fire(node));
		this.#changed.fire(undefined);
	}

	getChildren(node?: unknown): ProviderResult<unknown[]> {
		if (!this.#tree) this.#missing();
		return this.#tree?.getChildren(node) ?? [];
	}

	getParent(node: unknown): ProviderResult<unknown> {
		return this.#tree?.getParent?.(node);
	}

	getTreeItem(node: unknown): TreeItem | Thenable<TreeItem> {
		return this.#tree?.getTreeItem(node) ?? {};
	}
}

/**
 * A tree view that is empty, and commands that wait, until what they are of is loaded.
 * @param id of the view, as in the manifest
 * @param names of the commands that come with it
 * @param load gives what fills the view and registers these commands
 */
export function lazyView(
	id: string,
	names: readonly string[],
	load: () => Promise<(place: Place) => Disposable>,
): Disposable {
	let loading: Promise<void> | undefined;
	let loaded: Disposable | undefined;
	let ended = false;
	const bring = (): Promise<void> => {
		loading ??= load().then((register) => {
			if (ended) return;
			waiting.dispose();
			loaded = register(place);
		});
		return loading;
	};
	const late = new LateTree(() => void bring());
	const view = window.createTreeView(id, { treeDataProvider: late, showCollapseAll: true });
	const place: Place = <Node>(tree: TreeDataProvider<Node>) => {
		late.take(tree as TreeDataProvider<unknown>);
		return view as TreeView<Node>;
	};
	const waiting = Disposable.from(
		...names.map((name) =>
			registry.registerCommand(name, async (...given: unknown[]) => {
				await bring();
				return ended ? undefined : registry.executeCommand(name, ...given);
			}),
		),
	);
	return new Disposable(() => {
		ended = true;
		waiting.dispose();
		loaded?.dispose();
		view.dispose();
	});
}
