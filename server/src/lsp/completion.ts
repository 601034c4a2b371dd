import { CompletionItemKind, type CompletionParams, type Connection } from 'vscode-languageserver';
import { completionsAt } from '../explain/index.js';
import type { ClientCapabilities } from './client.js';
import type { DocumentStore } from './document-store.js';
import { toMarkup } from './markup.js';
import { toLspRange } from './positions.js';
import { resolvePosition } from './resolve-position.js';

/** Kernel style has a blank after the comma and the bar: that is when the flags are wanted. */
export const completionTriggers = ['|', ' '];

/** What a blank must follow, for a flag to be next. */
const BEFORE_BLANK = /[|,=(?:&~]\s*$/;

/** Answers `textDocument/completion`. */
export function serveCompletion(connection: Connection, client: ClientCapabilities, documents: DocumentStore): void {
	connection.onCompletion(async (params, token) => {
		const question = await resolvePosition(documents, params, token);
		if (!question) return null;
		const { document, text, offset, context } = question;
		if (isIdleBlank(params, text, offset)) return null;
		const found = completionsAt(text, offset, { ...context, macros: documents.macros(document, context) });
		if (!found) return null;
		const range = toLspRange(document, found.range);
		return {
			isIncomplete: false,
			items: found.items.map(({ name, detail, markdown, sortText }) => ({
				label: name,
				kind: CompletionItemKind.Constant,
				detail,
				documentation: toMarkup(markdown, client.markdownCompletion),
				sortText,
				textEdit: { range, newText: name },
			})),
		};
	});
}

function isIdleBlank({ context }: CompletionParams, text: string, offset: number): boolean {
	if (context?.triggerCharacter !== ' ') return false;
	return !BEFORE_BLANK.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset));
}
