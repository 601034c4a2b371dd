import type { ExtensionContext } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import { LanguageClient, State, TransportKind, WorkDoneProgress } from 'vscode-languageclient/node';

export { State, WorkDoneProgress };

/** The server as a child process over IPC; F5 debugs it on port 6009. */
export function launch(context: ExtensionContext, options: LanguageClientOptions): LanguageClient {
	const server = {
		module: context.asAbsolutePath('dist/server.js'),
		transport: TransportKind.ipc,
		// Not the workspace, where anything may lie that something looks up by a relative path.
		options: { cwd: context.extensionPath },
	};
	const debug = { ...server, options: { ...server.options, execArgv: ['--nolazy', '--inspect=6009'] } };
	return new LanguageClient('gup-lens', 'GUP Lens', { run: server, debug }, options);
}
