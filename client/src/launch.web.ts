import { type ExtensionContext, Uri, workspace } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import { LanguageClient, State, WorkDoneProgress } from 'vscode-languageclient/browser';

type ServerWorker = ConstructorParameters<typeof LanguageClient>[2];
declare const Worker: new (url: string, options: { readonly name: string }) => ServerWorker;

export { State, WorkDoneProgress };

/** The server as a web worker. It gets the grammar as bytes: where the extension is served from, it may not fetch. */
export async function launch(context: ExtensionContext, options: LanguageClientOptions): Promise<LanguageClient> {
	const file = (name: string) => Uri.joinPath(context.extensionUri, 'dist', name);
	const [core, grammar] = await Promise.all(
		['web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => workspace.fs.readFile(file(name))),
	);
	const worker = new Worker(file('server.worker.js').toString(true), { name: 'GUP Lens' });
	return new LanguageClient('gup-lens', 'GUP Lens', worker, {
		...options,
		initializationOptions: { ...options.initializationOptions, wasm: { core, grammar } },
	});
}
