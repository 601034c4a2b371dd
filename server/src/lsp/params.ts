/** What the params of each method must be: handlers see no others. */
import { Position, type Range, TextDocumentIdentifier, TextDocumentItem, WorkspaceFolder } from 'vscode-languageserver';
import { type Check, isString, listOf, oneOf, optional, shape } from '../workspace/shape.js';
import { isRecord } from './client.js';

const isInteger: Check = Number.isSafeInteger;
const isAnything: Check = () => true;
const isId: Check = (value) => isString(value) || isInteger(value);

/** The protocol's own check takes fractions. */
const isPosition: Check = (value) => Position.is(value) && isInteger(value.line) && isInteger(value.character);
const isRange = shape({ start: isPosition, end: isPosition });
const isOrderedRange: Check = (value) => isRange(value) && isInOrder(value as Range);

function isInOrder({ start, end }: Range): boolean {
	return start.line < end.line || (start.line === end.line && start.character <= end.character);
}

const isDocument: Check = (value) => isRecord(value) && TextDocumentIdentifier.is(value);
const isItem: Check = (value) => isRecord(value) && TextDocumentItem.is(value) && isInteger(value.version);
const isFolder: Check = (value) => WorkspaceFolder.is(value);

/** A URI of the local file system. */
const isFileUri: Check = (value) =>
	typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'file:';

const ofDocument = { textDocument: isDocument };
const ofPosition = { textDocument: isDocument, position: isPosition };
const ofUri = { uri: isString };

const ofVersion = { uri: isString, version: isInteger };
/** What tells `codeAction/resolve` which action is meant (conversions.ts, fixes.ts). */
const IS_WANTED: readonly Check[] = [
	shape({ ...ofVersion, kind: oneOf('conversion'), site: optional(isInteger), longterm: oneOf(true, false) }),
	shape({ ...ofVersion, kind: oneOf('fix'), rule: isString, start: isInteger, end: isInteger, title: isString }),
	shape({ ...ofVersion, kind: oneOf('fix all'), rule: optional(isString) }),
];
const isWanted: Check = (value) => IS_WANTED.some((check) => check(value));

/** By method, the fields of its params; methods that are not here have none that matter. */
const PARAMS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map(
	Object.entries({
		initialize: {
			processId: optional((value) => isInteger(value) && (value as number) > 0),
			rootUri: optional(isString),
			workspaceFolders: optional(listOf(isFolder)),
			capabilities: isRecord,
		},
		'textDocument/didOpen': { textDocument: isItem },
		'textDocument/didChange': {
			textDocument: (value) => isDocument(value) && shape({ version: isInteger })(value),
			// backwards ranges are put right, as the protocol's own library does
			contentChanges: listOf(shape({ text: isString, range: (value) => value === undefined || isRange(value) })),
		},
		'textDocument/didClose': ofDocument,
		'textDocument/didSave': ofDocument,
		'textDocument/hover': ofPosition,
		'textDocument/documentHighlight': ofPosition,
		'textDocument/completion': ofPosition,
		'textDocument/signatureHelp': ofPosition,
		'textDocument/codeLens': ofDocument,
		'textDocument/codeAction': {
			textDocument: isDocument,
			range: isOrderedRange,
			context: shape({ diagnostics: listOf(shape({ range: isRange })), only: optional(listOf(isString)) }),
		},
		'codeAction/resolve': { title: isString, data: optional(isWanted) },
		'textDocument/diagnostic': { ...ofDocument, previousResultId: optional(isString) },
		'workspace/diagnostic': { previousResultIds: listOf(shape({ uri: isString, value: isString })) },
		'workspace/executeCommand': { command: isString, arguments: optional(listOf(isAnything)) },
		'workspace/didChangeConfiguration': {},
		'workspace/didChangeWatchedFiles': { changes: listOf(shape(ofUri)) },
		'workspace/didChangeWorkspaceFolders': { event: shape({ added: listOf(isFolder), removed: listOf(isFolder) }) },
		'gup-lens/status': ofUri,
		'gup-lens/serverStatus': { uri: optional(isString) },
		'gup-lens/paths': { ...ofPosition, rule: optional(isString) },
		'gup-lens/audit': { uri: isFileUri, folders: optional(listOf(isString)), revision: optional(isString) },
		'gup-lens/auditPage': ofUri,
		'gup-lens/explain': { name: isString, uri: optional(isString) },
		'gup-lens/names': { uri: optional(isString) },
		'$/cancelRequest': { id: isId },
		'$/setTrace': { value: isString },
		'$/progress': { token: isId },
		'window/workDoneProgress/cancel': { token: isId },
	} satisfies Record<string, Readonly<Record<string, Check>>>),
);

/** Any request may carry these. */
const TOKENS = { workDoneToken: optional(isId), partialResultToken: optional(isId) };

/** What is wrong with the params of a message, such as "position"; undefined where nothing is. */
export function wrongParams(method: string, params: unknown): string | undefined {
	const fields = PARAMS.get(method);
	if (!fields) return undefined;
	if (!isRecord(params)) return 'params';
	return Object.entries({ ...fields, ...TOKENS }).find(([name, check]) => !check(params[name]))?.[0];
}
