import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createConnection } from 'vscode-languageserver/node';
import type { WasmFiles } from '../engine.js';
import type { Files } from '../workspace/files.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { auditHost } from './auditHost.js';
import { serve } from './server.js';
import { diskStrangers } from './strangers.js';

/** Reads `file:` URIs from the disk. */
const disk: Files = {
	async read(uri) {
		return nodeFiles.read(fileURLToPath(uri));
	},
	async list(uri) {
		return nodeFiles.list(fileURLToPath(uri));
	},
};

/**
 * Serve over node's IPC channel (`--node-ipc` among the arguments), else over the standard streams.
 * @param program file of this program, with the two wasm files beside it; its worker threads run it too
 */
export function serveNode(program: URL): void {
	// The standard output belongs to the protocol: what a library prints must not get in.
	console.log = console.info = console.debug = console.error;
	const connection = process.argv.includes('--node-ipc')
		? createConnection()
		: createConnection(process.stdin, process.stdout);
	const pages = new URL('../docs/rules', program);
	serve({
		connection,
		loadWasm: () => readWasm(program),
		disk,
		audits: auditHost(program),
		strangers: diskStrangers(),
		pages: existsSync(pages) ? pages.href : undefined,
	});
}

/** The two wasm files beside the program. */
async function readWasm(program: URL): Promise<WasmFiles> {
	const [core, grammar] = await Promise.all(
		['web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => readFile(new URL(name, program))),
	);
	return { core: core as Uint8Array, grammar: grammar as Uint8Array };
}
