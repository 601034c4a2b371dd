import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
	createConnection,
	ErrorCodes,
	IPCMessageReader,
	IPCMessageWriter,
	type ResponseMessage,
	StreamMessageWriter,
} from 'vscode-languageserver/node';
import type { WasmFiles } from '../engine.js';
import type { ConfigurationFiles } from '../workspace/configuration/configurations.js';
import { diskConfigurations } from '../workspace/configuration/disk.js';
import type { Files } from '../workspace/files.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { auditHost } from './auditHost.js';
import { externalUsersOnDisk } from './external-users.js';
import { FramedReader, FramingError } from './framing.js';
import { Memory } from './memory.js';
import { ProtocolReader, type Transport } from './protocol.js';
import { serve } from './server.js';

/** Reads `file:` URIs from the disk. */
const disk: Files = {
	async read(uri) {
		return nodeFiles.read(fileURLToPath(uri));
	},
	async list(uri) {
		return nodeFiles.list(fileURLToPath(uri));
	},
};

/** Configuration files by `file:` URIs. */
const configurations: ConfigurationFiles = {
	async read(uri, top) {
		const [file, above] = [pathOf(uri), pathOf(top)];
		return file !== undefined && above !== undefined ? diskConfigurations.read(file, above) : undefined;
	},
	async isTop(uri) {
		const folder = pathOf(uri);
		return folder === undefined || diskConfigurations.isTop(folder);
	},
};

/** undefined for a URI that names no file here: with a host, or with an escaped NUL or slash. */
function pathOf(uri: string): string | undefined {
	try {
		return fileURLToPath(uri);
	} catch {
		return undefined;
	}
}

/**
 * Serve over node's IPC channel (`--node-ipc` among the arguments), else over the standard streams.
 * Ends the process when the client does, and where what it sends cannot be read.
 * @param program file of this program, with the two wasm files beside it; its worker threads run it too
 */
export function serveNode(program: URL): void {
	const memory = new Memory();
	const { reader, writer } = ProtocolReader.over(transport(), (message) => memory.heard(message));
	const leave = () => process.exit(reader.hasShutDown ? 0 : 1);
	reader.onClose(leave);
	process.once('disconnect', leave);
	writer.onClose(leave);
	writer.onError(leave);
	reader.onError((error) => void breakOff(error, writer).finally(leave));
	const pages = new URL('../docs/rules', program);
	serve({
		connection: createConnection(reader, writer),
		loadWasm: () => readWasm(program),
		disk,
		configurations,
		audits: auditHost(program),
		strangers: externalUsersOnDisk(),
		memory: () => {
			const { rss, heapUsed } = process.memoryUsage();
			return { resident: rss, heap: heapUsed };
		},
		pages: existsSync(pages) ? pages.href : undefined,
	});
}

function transport(): Transport {
	if (!process.argv.includes('--node-ipc'))
		return { reader: new FramedReader(process.stdin), writer: new StreamMessageWriter(process.stdout) };
	return { reader: new IPCMessageReader(process), writer: new IPCMessageWriter(process) };
}

/** Says why nothing more can be read, to the client and on the standard error. */
async function breakOff(error: Error, writer: Transport['writer']): Promise<void> {
	const reason = error instanceof FramingError ? `the client sent no LSP message: ${error.message}` : error.message;
	console.error(`gup-lens: ${reason}; the server ends and must be started again`);
	const answer = { jsonrpc: '2.0', id: null, error: { code: ErrorCodes.ParseError, message: reason } };
	await writer.write(answer as ResponseMessage).catch(() => undefined);
}

/** The two wasm files beside the program. */
async function readWasm(program: URL): Promise<WasmFiles> {
	const [core, grammar] = await Promise.all(
		['web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => readFile(new URL(name, program))),
	);
	return { core: core as Uint8Array, grammar: grammar as Uint8Array };
}
