import type { TextEdit, WorkspaceEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit } from '../rules/rule.js';
import type { Client } from './client.js';
import { toLspRange } from './positions.js';

/** Edits of one document, bound to its version where the client checks it. */
export function toWorkspaceEdit(document: TextDocument, edits: readonly Edit[], client: Client): WorkspaceEdit {
	const { uri, version } = document;
	const changes: TextEdit[] = edits.map((edit) => ({ range: toLspRange(document, edit), newText: edit.text }));
	return client.documentChanges
		? { documentChanges: [{ textDocument: { uri, version }, edits: changes }] }
		: { changes: { [uri]: changes } };
}
