import { type Connection, DidChangeWatchedFilesNotification } from 'vscode-languageserver';
import { treeFiles } from '../workspace/trees.js';
import type { Client } from './client.js';

/**
 * Follow the files that say what a kernel tree is: a checkout of another branch changes them all.
 * @param changed called with the URI of each
 */
export async function watchTrees(
	connection: Connection,
	client: Client,
	changed: (uri: string) => void,
): Promise<void> {
	connection.onDidChangeWatchedFiles(({ changes }) => {
		for (const { uri } of changes) changed(uri);
	});
	if (!client.registersWatchers) return;
	await connection.client.register(DidChangeWatchedFilesNotification.type, {
		watchers: treeFiles.map((name) => ({ globPattern: `**/${name}` })),
	});
}
