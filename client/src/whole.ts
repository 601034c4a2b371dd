/** What is done to a whole file or folder, by the name people look for. */
import {
	Diagnostic,
	DiagnosticSeverity,
	Disposable,
	languages,
	ProgressLocation,
	Range,
	commands as registry,
	Uri,
	window,
	workspace,
} from 'vscode';
import type { AuditFinding } from '../../server/src/audit/results.js';
import type { AuditAnswer, AuditParams } from '../../server/src/lsp/audit.js';
import { commands } from './names.js';
import type { Session } from './session.js';

/** Kinds of code actions that the server has for a whole file (server/src/lsp). */
const FIX_ALL = 'source.fixAll.gup-lens';
const CONVERT_ALL = 'source.convertAll.gup-lens';

const SEVERITY: Readonly<Record<string, DiagnosticSeverity>> = {
	error: DiagnosticSeverity.Error,
	warning: DiagnosticSeverity.Warning,
	information: DiagnosticSeverity.Information,
	hint: DiagnosticSeverity.Hint,
};

export function registerFileCommands(): Disposable {
	return Disposable.from(
		registry.registerCommand(commands.fixAll, (uri?: Uri) => sourceAction(FIX_ALL, uri)),
		registry.registerCommand(commands.convertFile, (uri?: Uri) => sourceAction(CONVERT_ALL, uri)),
	);
}

/** @param uri of a file that was chosen in the explorer; the open one without it */
async function sourceAction(kind: string, uri: Uri | undefined): Promise<void> {
	if (uri instanceof Uri && uri.toString() !== window.activeTextEditor?.document.uri.toString())
		await window.showTextDocument(uri);
	await registry.executeCommand('editor.action.sourceAction', { kind, apply: 'first' });
}

/** Findings of a folder in the list of problems. For where the server is on a machine with a disk. */
export function registerCheckFolder(session: Session): Disposable {
	const problems = languages.createDiagnosticCollection('gup-lens-folder');
	const found = new Map<string, readonly Diagnostic[]>();
	// of an open file the server tells itself, as it is now
	const isOpen = (uri: string) => workspace.textDocuments.some((document) => document.uri.toString() === uri);
	const draw = (uri: string) => problems.set(Uri.parse(uri), isOpen(uri) ? [] : found.get(uri));
	const check = async (chosen?: Uri) => {
		const folder = chosen instanceof Uri ? chosen : await folderOfEditor();
		if (!folder) return;
		const { findings } = await window.withProgress(
			{ location: ProgressLocation.Notification, title: 'GUP Lens: check', cancellable: true },
			(progress, token) => {
				const params: AuditParams = { uri: folder.toString() };
				return session.request<AuditAnswer>('gup-lens/audit', params, token, (message) => progress.report({ message }));
			},
		);
		const before = `${folder.toString()}/`;
		for (const uri of [...found.keys()]) {
			if (!uri.startsWith(before)) continue;
			found.delete(uri);
			draw(uri);
		}
		let count = 0;
		for (const [path, all] of Object.entries(findings)) {
			const uri = Uri.joinPath(folder, path);
			const diagnostics = all.flatMap((finding) => diagnosticOf(finding, uri) ?? []);
			count += diagnostics.length;
			if (diagnostics.length > 0) found.set(uri.toString(), diagnostics);
			draw(uri.toString());
		}
		const name = workspace.asRelativePath(folder);
		if (count > 0) await registry.executeCommand('workbench.actions.view.problems');
		else void window.showInformationMessage(`GUP Lens: nothing found in ${name}.`);
	};
	return Disposable.from(
		problems,
		registry.registerCommand(commands.checkFolder, (uri?: Uri) =>
			check(uri).catch((error: unknown) => {
				void window.showErrorMessage(`GUP Lens: ${error instanceof Error ? error.message : String(error)}`);
			}),
		),
		workspace.onDidOpenTextDocument(({ uri }) => found.has(uri.toString()) && draw(uri.toString())),
		workspace.onDidCloseTextDocument(({ uri }) => found.has(uri.toString()) && draw(uri.toString())),
		// it was judged as it was then
		workspace.onDidSaveTextDocument(({ uri }) => found.delete(uri.toString())),
	);
}

/** The folder of the file that is shown, on a disk. */
async function folderOfEditor(): Promise<Uri | undefined> {
	const uri = window.activeTextEditor?.document.uri ?? workspace.workspaceFolders?.[0]?.uri;
	if (uri?.scheme === 'file') return window.activeTextEditor ? Uri.joinPath(uri, '..') : uri;
	void window.showInformationMessage('GUP Lens: open a file or a folder on a disk first.');
	return undefined;
}

/** As the settings have it; undefined where they silence the rule. */
function diagnosticOf({ rule, severity, message, start, end }: AuditFinding, uri: Uri): Diagnostic | undefined {
	const chosen =
		workspace.getConfiguration('gup-lens', uri).get<Record<string, string>>('severity')?.[rule] ?? severity;
	if (chosen === 'off') return undefined;
	const range = new Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
	const diagnostic = new Diagnostic(range, message, SEVERITY[chosen]);
	diagnostic.source = 'gup-lens';
	diagnostic.code = rule;
	return diagnostic;
}
