import type { Connection } from 'vscode-languageserver';
import { partnersLine } from '../explain/index.js';
import type { Documents } from './documents.js';
import { toLspRange } from './positions.js';

/** Answers `textDocument/codeLens`: one line above each taking call, where the setting asks for it. */
export function serveLenses(connection: Connection, documents: Documents): void {
	connection.onCodeLens(async ({ textDocument: { uri } }, token) => {
		if (!documents.get(uri)) return null;
		await documents.ready(uri, token);
		const context = await documents.context(uri);
		const document = documents.get(uri);
		if (!document || !context.settings.codeLens || token.isCancellationRequested) return null;
		return documents.partners(document, context).flatMap((partners) => {
			if (partners.taking.place) return [];
			const title = partnersLine(partners);
			return title === undefined
				? []
				: [{ range: toLspRange(document, partners.taking), command: { title, command: '' } }];
		});
	});
}
