import { type Connection, DocumentHighlightKind } from 'vscode-languageserver';
import type { DocumentStore } from './document-store.js';
import { toLspRange } from './positions.js';
import { resolvePosition } from './resolve-position.js';

/** Answers `textDocument/documentHighlight`: the calls that take pages as writes, those that give them back as reads. */
export function serveHighlights(connection: Connection, documents: DocumentStore): void {
	connection.onDocumentHighlight(async (params, token) => {
		const question = await resolvePosition(documents, params, token, true);
		if (!question) return null;
		const { document, offset, context } = question;
		const kinds = new Map<number, { readonly end: number; readonly kind: DocumentHighlightKind }>();
		for (const { taking, through, releases } of documents.partnersAt(document, context, offset)) {
			for (const { start, end } of here([taking, ...through]))
				kinds.set(start, { end, kind: DocumentHighlightKind.Write });
			for (const { start, end } of here(releases.flatMap((site) => (site.via ? [site, site.via] : [site]))))
				kinds.set(start, { end, kind: DocumentHighlightKind.Read });
		}
		// the editor's own marking of equal words is better than one word alone
		if (kinds.size < 2) return null;
		return [...kinds].map(([start, { end, kind }]) => ({ range: toLspRange(document, { start, end }), kind }));
	});
}

/** Those that stand in the document itself. */
function here<T extends { readonly place?: unknown }>(sites: readonly T[]): readonly T[] {
	return sites.filter((site) => !site.place);
}
