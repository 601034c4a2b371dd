import {
	type Disposable,
	type ExtensionContext,
	type LogOutputChannel,
	type TextDocumentChangeEvent,
	window,
	workspace,
} from 'vscode';
import { registerCommands } from './commands.js';
import { concernedDocuments, isConcerned, isSource, namesFamily } from './documents.js';
import { registerExplain } from './explain.js';
import type { Launcher } from './launch.js';
import { lazyView, type Place } from './lazyView.js';
import { pathsCommands } from './names.js';
import { offerPaths } from './paths/actions.js';
import { registerServerStatus } from './serverStatus.js';
import { Session } from './session.js';
import { showStatus } from './status.js';
import { registerFileCommands } from './whole.js';

/**
 * What both entries do: watch for the first document that names the family, and start the server for it.
 * @param load brings in the language client, which is only worth its time once there is such a document
 * @param loadPaths brings in the view of paths
 * @param more what only one of them has
 */
export function begin(
	context: ExtensionContext,
	load: () => Promise<Launcher>,
	loadPaths: () => Promise<(place: Place, session: Session, log: LogOutputChannel) => Disposable>,
	more: (session: Session, log: LogOutputChannel) => Disposable[] = () => [],
): void {
	const begun = performance.now();
	const log = window.createOutputChannel('GUP Lens', { log: true });
	const session = new Session(context, log, load);
	context.subscriptions.push(
		log,
		session,
		registerCommands(session, log),
		showStatus(session),
		registerServerStatus(session),
		lazyView('gup-lens.paths', pathsCommands, async () => {
			const register = await loadPaths();
			return (place) => register(place, session, log);
		}),
		offerPaths(),
		registerFileCommands(),
		registerExplain(context, session),
		...more(session, log),
		workspace.onDidOpenTextDocument((document) => {
			if (isConcerned(document)) void session.start();
		}),
		workspace.onDidChangeTextDocument((event) => {
			if (session.state === 'idle' && nowNamesFamily(event)) void session.start();
		}),
	);
	context.subscriptions.push(
		workspace.onDidChangeConfiguration((event) => {
			// a server says what it offers when it starts
			const asked = event.affectsConfiguration('gup-lens.audit.workspaceDiagnostics');
			if (asked && session.state !== 'idle') void session.restart();
		}),
		// Settings that count now tell of themselves as changed; programs may be started from now on.
		workspace.onDidGrantWorkspaceTrust(() => {
			if (session.state !== 'idle') void session.restart();
			else if (wantsWorkspace()) void session.start();
		}),
	);
	if (concernedDocuments().length > 0 || wantsWorkspace()) void session.start();
	log.info(`activated in ${(performance.now() - begun).toFixed(1)} ms`);
}

/** Findings of files that are not open are wanted: the server does not wait for one that is. */
function wantsWorkspace(): boolean {
	return workspace.getConfiguration('gup-lens.audit').get('workspaceDiagnostics') === true;
}

/** Looks at the changed lines only: the rest of the document was looked at before. */
function nowNamesFamily({ document, contentChanges }: TextDocumentChangeEvent): boolean {
	if (!isSource(document)) return false;
	return contentChanges.some(({ range, text }) => {
		const first = Math.min(range.start.line, document.lineCount - 1);
		const last = Math.min(first + text.split('\n').length - 1, document.lineCount - 1);
		for (let line = first; line <= last; line++) if (namesFamily(document.lineAt(line).text)) return true;
		return false;
	});
}
