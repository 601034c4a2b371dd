import type { Connection } from 'vscode-languageserver';
import { partnersLine } from '../explain/index.js';
import type { ClientCapabilities } from './client.js';
import type { DocumentStore } from './document-store.js';
import { toLspRange } from './positions.js';

/** Command of a client that shows paths. */
const SHOW_PATHS = 'gup-lens.paths.show';

/** Answers `textDocument/codeLens`: one line above each taking call, where the setting asks for it. */
export function serveLenses(connection: Connection, client: ClientCapabilities, documents: DocumentStore): void {
	connection.onCodeLens(async ({ textDocument: { uri } }, token) => {
		if (!documents.get(uri)) return null;
		await documents.ready(uri, token);
		const context = await documents.context(uri);
		const document = documents.get(uri);
		if (!document || !context.settings.codeLens || token.isCancellationRequested) return null;
		return documents.partners(document, context).flatMap((partners) => {
			if (partners.taking.place) return [];
			const title = partnersLine(partners);
			if (title === undefined) return [];
			const range = toLspRange(document, partners.taking);
			const command = client.showsPaths
				? { title, command: SHOW_PATHS, arguments: [uri, range.start] }
				: { title, command: '' };
			return [{ range, command }];
		});
	});
}
