import type { Connection, InitializeParams, WorkspaceFolder } from 'vscode-languageserver';
import { relative } from '../workspace/paths.js';

/** The folders of the workspace, none or many. */
export class Folders {
	#roots: readonly string[];

	/** URIs without a trailing "/". */
	get roots(): readonly string[] {
		return this.#roots;
	}

	constructor({ workspaceFolders, rootUri }: InitializeParams) {
		const roots = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
		this.#roots = roots.map(trim);
	}

	/** Follow what the user adds and removes; after `initialized`, in clients that have folders. */
	watch(connection: Connection, changed: () => void): void {
		connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
			const gone = new Set(removed.map(({ uri }: WorkspaceFolder) => trim(uri)));
			this.#roots = [...this.#roots.filter((root) => !gone.has(root)), ...added.map(({ uri }) => trim(uri))];
			changed();
		});
	}

	/** The innermost folder that a document lies in, or that it is. */
	around(uri: string): string | undefined {
		const above = this.#roots.filter((root) => uri === root || relative(root, uri) !== undefined);
		return above.sort((a, b) => b.length - a.length)[0];
	}

	/** Path of a document in its innermost folder, else its whole path; decoded, "/" separators. */
	relative(uri: string): string {
		const inside = this.#roots
			.map((root) => relative(root, uri))
			.filter((path) => path !== undefined)
			.sort((a, b) => a.length - b.length);
		return inside[0] ?? plainPath(uri);
	}
}

function trim(uri: string): string {
	return uri.replace(/\/+$/, '');
}

/** "/home/me/x.c" of "file:///home/me/x.c". */
function plainPath(uri: string): string {
	const path = uri.replace(/^[a-z][a-z0-9+.-]*:(\/\/[^/]*)?/i, '');
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}
