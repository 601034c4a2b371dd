import { Disposable, EventEmitter, commands as registry, Uri, window, workspace } from 'vscode';
import type { ServerStatus, ServerStatusParams } from '../../server/src/lsp/serverStatus.js';
import { isSource } from './documents.js';
import { commands } from './names.js';
import type { Session } from './session.js';
import { sessionWords } from './status.js';

const SCHEME = 'gup-lens-status';
/** One page, which is made anew whenever it is asked for. */
const PAGE = Uri.from({ scheme: SCHEME, path: '/GUP Lens: server status' });

/** How the server is, as a page beside the code. */
export function registerServerStatus(session: Session): Disposable {
	const changed = new EventEmitter<Uri>();
	let uri: string | null = null;
	return Disposable.from(
		changed,
		workspace.registerTextDocumentContentProvider(SCHEME, {
			onDidChange: changed.event,
			provideTextDocumentContent: () => pageOf(session, uri),
		}),
		registry.registerCommand(commands.serverStatus, async () => {
			const document = window.activeTextEditor?.document;
			// from the page itself: the same again
			if (document?.uri.scheme !== SCHEME) uri = document && isSource(document) ? document.uri.toString() : null;
			changed.fire(PAGE);
			await window.showTextDocument(PAGE, { preview: true });
		}),
	);
}

/** Looking starts no server: that there is none is what is to be seen then. */
async function pageOf(session: Session, uri: string | null): Promise<string> {
	const { state } = session;
	if (state === 'running' || state === 'starting') {
		const params: ServerStatusParams = { uri };
		return (await session.request<ServerStatus>('gup-lens/serverStatus', params)).text;
	}
	const { text, detail } = sessionWords[state];
	return `${text}\n\n${detail}\n`;
}
