/**
 * Entry of the language server in a web worker (dist/server.worker.js, a classic script).
 *
 * For the client that starts it:
 * - dist/engine.js runs before it in the same worker: both in one script, or by `importScripts`.
 * - `initializationOptions.wasm = { core, grammar }` carries web-tree-sitter.wasm and tree-sitter-c.wasm. Each is a
 *   `Uint8Array` (messages to a worker are cloned, so bytes travel as they are) or a URL string the worker may fetch.
 *   An extension reads both with `workspace.fs.readFile(Uri.joinPath(extensionUri, 'dist', name))`, which works
 *   wherever the extension is served from; URLs would need the same origin or CORS.
 * - `initializationOptions.readFile = true`: the client answers `gup-lens/readFile` (lsp/files.ts). Without it no kernel
 *   tree is found and documents are judged by the setting `gup-lens.kernel` or the newest kernel known.
 * - `initializationOptions.status = true`: the client takes `gup-lens/status` notifications (lsp/status.ts).
 * - `initializationOptions.pages` is the URI of the folder with the rule pages, which findings link to.
 * - Settings come through `workspace/configuration`, section `gup-lens` (lsp/settings.ts).
 */
import type { InitializeParams } from 'vscode-languageserver';
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import type { WasmFiles } from './engine.js';
import { isRecord } from './lsp/client.js';
import { ProtocolReader } from './lsp/protocol.js';
import { serve } from './lsp/server.js';

const scope = globalThis as unknown as ConstructorParameters<typeof BrowserMessageReader>[0];

const { reader, writer } = ProtocolReader.over({
	reader: new BrowserMessageReader(scope),
	writer: new BrowserMessageWriter(scope),
});

serve({
	connection: createConnection(reader, writer),
	loadWasm,
	disk: undefined,
});

async function loadWasm({ initializationOptions }: InitializeParams): Promise<WasmFiles> {
	const wasm =
		isRecord(initializationOptions) && isRecord(initializationOptions.wasm) ? initializationOptions.wasm : {};
	const [core, grammar] = await Promise.all([bytes(wasm.core, 'core'), bytes(wasm.grammar, 'grammar')]);
	return { core, grammar };
}

async function bytes(given: unknown, name: string): Promise<Uint8Array> {
	if (given instanceof Uint8Array) return given;
	if (typeof given !== 'string') throw new Error(`initializationOptions.wasm.${name} is missing`);
	const response = await fetch(given);
	if (!response.ok) throw new Error(`${given}: ${response.status} ${response.statusText}`);
	return new Uint8Array(await response.arrayBuffer());
}
