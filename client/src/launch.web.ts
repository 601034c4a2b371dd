import { type ExtensionContext, Uri, workspace } from 'vscode';
import type { LanguageClientOptions } from 'vscode-languageclient';
import { LanguageClient, State, WorkDoneProgress } from 'vscode-languageclient/browser';

type ServerWorker = ConstructorParameters<typeof LanguageClient>[2];
declare const Worker: new (url: string, options: { readonly name: string }) => ServerWorker;
declare const Blob: new (parts: readonly Uint8Array[], options: { readonly type: string }) => object;
declare const URL: { createObjectURL(blob: object): string };

/** The scripts of the worker, in the order they run in. */
const SCRIPTS = ['engine.js', 'server.worker.js'];

export { State, WorkDoneProgress };

/**
 * The server as a web worker. Its scripts and its grammar are handed over as bytes: where the extension is served from, it may not
 * fetch.
 */
export async function launch(context: ExtensionContext, options: LanguageClientOptions): Promise<LanguageClient> {
	const read = (name: string) => workspace.fs.readFile(Uri.joinPath(context.extensionUri, 'dist', name));
	const [core, grammar, ...scripts] = await Promise.all(
		['web-tree-sitter.wasm', 'tree-sitter-c.wasm', ...SCRIPTS].map(read),
	);
	const url = URL.createObjectURL(new Blob(scripts, { type: 'text/javascript' }));
	const worker = new Worker(url, { name: 'GUP Lens' });
	return new LanguageClient('gup-lens', 'GUP Lens', worker, {
		...options,
		initializationOptions: { ...options.initializationOptions, wasm: { core, grammar } },
	});
}
