import { FileType, Uri, workspace } from 'vscode';
import { treeFiles } from '../../server/src/workspace/trees.js';
import { contains, isSource } from './documents.js';

/** Larger files are no source a person edits. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Answers the server's request for a file it cannot read itself.
 * @param request `uri` of the file
 * @returns its text; null when it is not there, too large, or outside of what the server may see
 */
export async function readFile(request: { readonly uri: string }): Promise<string | null> {
	const uri = Uri.parse(request.uri, true);
	if (!mayRead(uri)) return null;
	try {
		const { type, size } = await workspace.fs.stat(uri);
		if ((type & FileType.File) === 0 || size > maxBytes) return null;
		return new TextDecoder().decode(await workspace.fs.readFile(uri));
	} catch {
		// Asked for files that may not exist: the search for the tree's Makefile walks up folder by folder.
		return null;
	}
}

/** The folders of the workspace, and the files that describe the kernel tree around an open document. */
function mayRead(uri: Uri): boolean {
	if (workspace.workspaceFolders?.some((folder) => contains(folder.uri, uri))) return true;
	const name = treeFiles.find((name) => uri.path.endsWith(`/${name}`));
	if (name === undefined) return false;
	const root = uri.with({ path: uri.path.slice(0, -name.length - 1) || '/' });
	return workspace.textDocuments.some((document) => isSource(document) && contains(root, document.uri));
}
