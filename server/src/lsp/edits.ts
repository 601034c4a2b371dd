import {
	type AnnotatedTextEdit,
	type ChangeAnnotation,
	CreateFile,
	type TextDocumentEdit,
	type TextEdit,
	type WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Edit } from '../rules/rule.js';
import type { ClientCapabilities } from './client.js';
import { toLspRange } from './positions.js';

/** What one file becomes, as it was when that was worked out. */
export interface ChangedFile {
	readonly document: TextDocument;
	/** null: it is not open. */
	readonly version: number | null;
	/** In no order. */
	readonly edits: readonly Edit[];
}

/** How changes are shown before they are made. */
export interface Preview {
	/** Id of the annotation of an edit. */
	readonly annotation: (edit: Edit) => string;
	/** The annotations by id; those that no edit has are left out. */
	readonly annotations: Readonly<Record<string, ChangeAnnotation>>;
	/** What is to be decided before any of it is made; without, that it is to be looked at where several places change. */
	readonly first?: ChangeAnnotation;
}

const LOOK = 'look';

/** @param label what the edits are for, shown before they are made; undefined: they run unattended */
export function editOf(
	document: TextDocument,
	edits: readonly Edit[],
	client: ClientCapabilities,
	label?: string,
): WorkspaceEdit {
	const file = { document, version: document.version, edits };
	return toWorkspaceEdit([file], client, label && { annotation: () => 'fix', annotations: { fix: { label } } });
}

/**
 * Edits bound to the versions of their documents, where the client checks that.
 * @param preview shown before they are made where more than one place changes and the client can
 */
export function toWorkspaceEdit(
	files: readonly ChangedFile[],
	client: ClientCapabilities,
	preview: Preview | '' | undefined,
): WorkspaceEdit {
	if (!preview || !client.documentChanges || !client.changeAnnotations) return plainEdit(files, client);
	const asks = preview.first !== undefined || places(files) > 1;
	// VS Code leaves out what needs confirmation until it is ticked, and half a conversion is a use after free. A step that does
	// nothing, the creation of a file that exists, asks for all the others.
	const carrier =
		asks && client.createsFiles ? files.find(({ document: { uri } }) => !uri.startsWith('untitled:')) : undefined;
	const needsConfirmation = asks && !client.createsFiles;
	const used = new Set(files.flatMap(({ edits }) => edits.map(preview.annotation)));
	const changeAnnotations: Record<string, ChangeAnnotation> = {};
	for (const [id, annotation] of Object.entries(preview.annotations))
		if (used.has(id)) changeAnnotations[id] = { ...annotation, needsConfirmation };
	if (carrier)
		changeAnnotations[LOOK] = { ...(preview.first ?? { label: 'Look at the changes first' }), needsConfirmation: true };
	// without a step of its own, what is to be decided stands at each change
	else if (preview.first) for (const id of used) changeAnnotations[id] = { ...preview.first, needsConfirmation: true };
	return {
		documentChanges: [
			...files.map((file) =>
				changesOf(file, (edit) => ({ ...textEdit(file.document, edit), annotationId: preview.annotation(edit) })),
			),
			...(carrier ? [CreateFile.create(carrier.document.uri, { ignoreIfExists: true }, LOOK)] : []),
		],
		changeAnnotations,
	};
}

function plainEdit(files: readonly ChangedFile[], client: ClientCapabilities): WorkspaceEdit {
	if (client.documentChanges)
		return { documentChanges: files.map((file) => changesOf(file, (edit) => textEdit(file.document, edit))) };
	return {
		changes: Object.fromEntries(
			files.map(({ document, edits }) => [document.uri, edits.map((edit) => textEdit(document, edit))]),
		),
	};
}

function changesOf(
	{ document: { uri }, version, edits }: ChangedFile,
	toEdit: (edit: Edit) => TextEdit | AnnotatedTextEdit,
): TextDocumentEdit {
	return { textDocument: { uri, version }, edits: edits.map(toEdit) };
}

function textEdit(document: TextDocument, edit: Edit): TextEdit {
	return { range: toLspRange(document, edit), newText: edit.text };
}

/** Runs of lines that change: what stands in one is seen in one look. */
function places(files: readonly ChangedFile[]): number {
	let count = 0;
	for (const { document, edits } of files) {
		let last = Number.NEGATIVE_INFINITY;
		for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
			const { start, end } = toLspRange(document, edit);
			if (start.line > last + 1) count++;
			last = Math.max(last, end.line);
		}
	}
	return count;
}
