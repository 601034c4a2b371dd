import { FileType, Uri, workspace } from 'vscode';
import { isSource } from './documents.js';
import { mayList, mayRead } from './scope.js';

/** Larger files are no source a person edits. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Answers the server's request for a file it cannot read itself.
 * @param request `uri` of the file
 * @returns its text; null when it is not there, too large, or outside of what the server may see
 */
export async function readFile(request: { readonly uri: string }): Promise<string | null> {
	const uri = Uri.parse(request.uri, true);
	if (!mayRead(uri, folders(), documents())) return null;
	try {
		const { type, size } = await workspace.fs.stat(uri);
		if ((type & FileType.File) === 0 || size > maxBytes) return null;
		return new TextDecoder().decode(await workspace.fs.readFile(uri));
	} catch {
		// Asked for files that may not exist: the search for the tree's Makefile walks up folder by folder.
		return null;
	}
}

/**
 * Answers the server's request for what stands beside a file.
 * @param request `uri` of the folder
 * @returns names of its files; none when it is not there, or outside of what the server may see
 */
export async function readFolder(request: { readonly uri: string }): Promise<readonly string[]> {
	const uri = Uri.parse(request.uri, true);
	if (!mayList(uri, folders(), documents())) return [];
	try {
		const entries = await workspace.fs.readDirectory(uri);
		return entries.filter(([, type]) => type === FileType.File).map(([name]) => name);
	} catch {
		return [];
	}
}

function folders(): Uri[] {
	return workspace.workspaceFolders?.map((folder) => folder.uri) ?? [];
}

/** Of the documents that are open and C. */
function documents(): Uri[] {
	return workspace.textDocuments.filter(isSource).map((document) => document.uri);
}
