import type { Connection } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Place } from '../engine.js';
import { aboutCall, hoverAt, type ToLine } from '../explain/index.js';
import { oneLine } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { DocumentStore } from './document-store.js';
import { toMarkup } from './markup.js';
import { toLspRange } from './positions.js';
import { resolvePosition } from './resolve-position.js';

/** Answers `textDocument/hover`. */
export function serveHover(connection: Connection, client: ClientCapabilities, documents: DocumentStore): void {
	connection.onHover(async (params, token) => {
		const question = await resolvePosition(documents, params, token, true);
		if (!question) return null;
		const { document, text, offset, context } = question;
		const toLine = linesOf(document, client.markdownHover, (place) => documents.uriOf(document.uri, place));
		const site = () => {
			const judged = documents.siteAt(document, context, offset);
			return aboutCall(judged, documents.partnersAt(document, context, offset), offset, toLine, unmarked);
		};
		const macro = () => documents.macroAt(document, context, offset)?.api;
		const hover = hoverAt(text, offset, { ...context, site, macro });
		return hover
			? { contents: toMarkup(hover.markdown, client.markdownHover), range: toLspRange(document, hover.range) }
			: null;
	});
}

/** Links to lines of the document and of other files, where the client draws links. */
function linesOf(document: TextDocument, drawn: boolean, uriOf: (place: Place) => string | undefined): ToLine {
	return ({ start, place }) => {
		const line = place?.line ?? document.positionAt(start).line + 1;
		const words = oneLine(place ? `${place.path.slice(place.path.lastIndexOf('/') + 1)}:${line}` : `line ${line}`);
		const uri = place ? uriOf(place) : document.uri;
		if (!drawn || uri === undefined) return words;
		// The name of a file is no Markdown, and a bracket in its address ends no link.
		const address = uri.replace(/[()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`);
		return `[${unmarked(words)}](${address}#L${line})`;
	};
}

/** Words of a tree that become no markup. */
function unmarked(words: string): string {
	return oneLine(words).replace(/[\\`*_[\]<>]/g, '\\$&');
}
