import { type Connection, DidChangeWatchedFilesNotification } from 'vscode-languageserver';
import { CONFIGURATION } from '../workspace/configuration/name.js';
import { treeFiles } from '../workspace/trees.js';
import type { ClientCapabilities } from './client.js';

/**
 * Follow the C files that others are analysed with, configuration files, and those that say what a kernel tree is: a checkout of another branch
 * changes them all.
 * @param changed called with the URIs of those that change together
 */
export async function watchTrees(
	connection: Connection,
	client: ClientCapabilities,
	changed: (uris: readonly string[]) => void,
): Promise<void> {
	connection.onDidChangeWatchedFiles(({ changes }) => {
		changed(changes.map(({ uri }) => uri));
	});
	if (!client.registersWatchers) return;
	await connection.client.register(DidChangeWatchedFilesNotification.type, {
		watchers: ['*.[ch]', CONFIGURATION, ...treeFiles].map((name) => ({ globPattern: `**/${name}` })),
	});
}
