import type { Connection } from 'vscode-languageserver';
import { hoverAt } from '../explain/index.js';
import type { Client } from './client.js';
import type { Documents } from './documents.js';
import { toMarkup } from './markup.js';
import { toLspRange } from './positions.js';
import { questionAt } from './question.js';

/** Answers `textDocument/hover`. */
export function serveHover(connection: Connection, client: Client, documents: Documents): void {
	connection.onHover(async (params, token) => {
		const question = await questionAt(documents, params, token);
		if (!question) return null;
		const { document, text, offset, context } = question;
		const hover = hoverAt(text, offset, context);
		return hover
			? { contents: toMarkup(hover.markdown, client.markdownHover), range: toLspRange(document, hover.range) }
			: null;
	});
}
