/** The picture of the life of pages, below their paths. */
import type { Disposable, WebviewView, WebviewViewProvider } from 'vscode';
import type { PagePaths } from '../../../server/src/explain/paths.js';
import { type LifeNode, lifeOf, lifePage } from './life.js';
import type { Located } from './model.js';

export class LifeView implements WebviewViewProvider, Disposable {
	readonly #go: (at: Located) => void;
	#view: WebviewView | undefined;
	#nodes: readonly LifeNode[] = [];
	#heading = '';

	/** @param go called with the place of a node that somebody chose */
	constructor(go: (at: Located) => void) {
		this.#go = go;
	}

	resolveWebviewView(view: WebviewView): void {
		this.#view = view;
		view.webview.options = { enableScripts: true, localResourceRoots: [] };
		view.webview.onDidReceiveMessage((chosen: unknown) => {
			const node = typeof chosen === 'number' ? this.#nodes[chosen] : undefined;
			if (node) this.#go(node.at);
		});
		view.onDidDispose(() => {
			this.#view = undefined;
		});
		this.#draw();
	}

	/** @param home URI of the document that was asked about */
	show(pages: PagePaths<Located> | undefined, home: string): void {
		const nodes = pages ? lifeOf(pages, home) : [];
		const heading = pages?.title ?? '';
		if (JSON.stringify([nodes, heading]) === JSON.stringify([this.#nodes, this.#heading])) return;
		this.#nodes = nodes;
		this.#heading = heading;
		this.#draw();
	}

	dispose(): void {
		this.#view = undefined;
	}

	#draw(): void {
		if (this.#view) this.#view.webview.html = lifePage(this.#nodes, this.#heading, crypto.randomUUID());
	}
}
