import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { hoverAt, partnersMarkdown, type ToLine } from '../explain/index.js';
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
		const toLine = linesOf(document, client.markdownHover);
		const site = () => partnersMarkdown(documents.partnersAt(document, context, offset), offset, toLine);
		const hover = hoverAt(text, offset, { ...context, site });
		return hover
			? { contents: toMarkup(hover.markdown, client.markdownHover), range: toLspRange(document, hover.range) }
			: null;
	});
}

/** Links to lines of the document, where the client draws links. */
function linesOf(document: TextDocument, drawn: boolean): ToLine {
	return (offset) => {
		const line = document.positionAt(offset).line + 1;
		return drawn ? `[line ${line}](${document.uri}#L${line})` : `line ${line}`;
	};
}
