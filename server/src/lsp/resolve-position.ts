import {
	type CancellationToken,
	LSPErrorCodes,
	ResponseError,
	type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Context } from './contexts.js';
import type { DocumentStore } from './document-store.js';
import { isTooLarge } from './largeDocument.js';

/** A place in a document as it was when the client asked: edits that come meanwhile do not move it. */
interface Question {
	readonly document: TextDocument;
	readonly text: string;
	/** UTF-16, 0-based. */
	readonly offset: number;
	readonly context: Context;
}

/**
 * What a position in an open document means; null when it is not open, or too large to be looked at.
 * @param pages also find the files that the pages of the document go through
 */
export async function resolvePosition(
	documents: DocumentStore,
	{ textDocument: { uri }, position }: TextDocumentPositionParams,
	token: CancellationToken,
	pages = false,
): Promise<Question | null> {
	const live = documents.get(uri);
	if (!live || isTooLarge(live)) return null;
	const { version, languageId } = live;
	const text = live.getText();
	const offset = live.offsetAt(position);
	const context = await documents.context(uri);
	if (pages) await documents.ready(uri, token);
	if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
	const document = live.getText() === text ? live : TextDocument.create(uri, languageId, version, text);
	return { document, text, offset, context };
}
