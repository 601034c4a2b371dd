import { type Connection, RequestType } from 'vscode-languageserver';
import type { Files } from '../workspace/files.js';

/**
 * Asks the client for the text of a file, for schemes the server cannot read itself (`vscode-vfs:`) and in the browser.
 * Sent only to clients that set `readFile: true` in `initializationOptions`.
 * The answer is the text, or null when there is no such file or it cannot be read.
 */
const readFileRequest = new RequestType<{ readonly uri: string }, string | null, void>('gup-lens/readFile');

/** Asks the client for the names of the files in a folder; sent to the same clients. None where there is no such folder. */
const readFolderRequest = new RequestType<{ readonly uri: string }, readonly string[], void>('gup-lens/readFolder');

/** Reads through the client; every path is a URI. */
export function clientFiles(connection: Connection): Files {
	return {
		async read(uri) {
			return (await connection.sendRequest(readFileRequest, { uri })) ?? undefined;
		},
		list: (uri) => connection.sendRequest(readFolderRequest, { uri }),
	};
}

/** For clients that cannot read for us: every file is absent. */
export const noFiles: Files = { read: async () => undefined, list: async () => [] };
