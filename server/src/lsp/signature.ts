import type { Connection, SignatureHelpOptions } from 'vscode-languageserver';
import { signatureAt } from '../explain/index.js';
import { oneLine } from '../workspace/wording.js';
import type { ClientCapabilities } from './client.js';
import type { DocumentStore } from './document-store.js';
import { toMarkup } from './markup.js';
import { resolvePosition } from './resolve-position.js';

export const signatureTriggers: SignatureHelpOptions = { triggerCharacters: ['(', ','] };

/** Answers `textDocument/signatureHelp`. */
export function serveSignature(connection: Connection, client: ClientCapabilities, documents: DocumentStore): void {
	const markup = (markdown: string) => toMarkup(markdown, client.markdownSignature);
	connection.onSignatureHelp(async (params, token) => {
		const question = await resolvePosition(documents, params, token);
		if (!question) return null;
		const { document, text, offset, context } = question;
		const help = signatureAt(text, offset, context.kernel, documents.macros(document, context));
		if (!help) return null;
		const at = (offset: number) => oneLine(help.label.slice(0, offset)).length;
		// Behind the last parameter nothing is to be marked: an index that no parameter has.
		const activeParameter = help.activeParameter ?? help.parameters.length;
		return {
			activeSignature: 0,
			activeParameter,
			signatures: [
				{
					label: oneLine(help.label),
					documentation: markup(help.documentation),
					parameters: help.parameters.map(({ start, end, documentation }) => ({
						label: client.labelOffsets ? [at(start), at(end)] : oneLine(help.label.slice(start, end)),
						...(documentation === undefined ? {} : { documentation: markup(documentation) }),
					})),
				},
			],
		};
	});
}
