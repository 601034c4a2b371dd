/** What the server holds, by counts: of open documents no more than fits, of closed ones nothing, of large ones only the text. */
import { PassThrough } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
	CodeLensRequest,
	CompletionRequest,
	createConnection,
	createProtocolConnection,
	DocumentHighlightRequest,
	type FullDocumentDiagnosticReport,
	type Message,
	type ProtocolConnection,
	SignatureHelpRequest,
	StreamMessageReader,
	StreamMessageWriter,
	type TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Engine } from '../../server/src/engine.js';
import type { Context, Contexts } from '../../server/src/lsp/contexts.js';
import { DocumentStore } from '../../server/src/lsp/document-store.js';
import { Log } from '../../server/src/lsp/log.js';
import { Memory } from '../../server/src/lsp/memory.js';
import { ProtocolReader } from '../../server/src/lsp/protocol.js';
import { serve } from '../../server/src/lsp/server.js';
import type { Status } from '../../server/src/lsp/status.js';
import type { Files } from '../../server/src/workspace/files.js';
import { MAX_BYTES } from '../../server/src/workspace/limits.js';
import { Neighbourhood } from '../../server/src/workspace/neighbours.js';
import { livingTrees } from '../support/livingTrees.js';
import { engine, kernel, wasm } from '../syntax/engine.js';
import { at, codes, GRAB } from './fixtures.js';
import { MODERN } from './session.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** GRAB with a comment that makes it some 200,000 characters long. */
const LONG = `${GRAB}/*${' '.repeat(200_000)}*/\n`;

/** Files in memory that count what is asked of them. */
class Counted implements Files {
	readonly read: Files['read'];
	readonly list: Files['list'];
	readonly asked: string[] = [];

	constructor(texts: Readonly<Record<string, string>>) {
		this.read = async (uri) => {
			this.asked.push(uri);
			return texts[uri];
		};
		this.list = async (folder) => {
			this.asked.push(folder);
			const inside = Object.keys(texts).filter((uri) => uri.slice(0, uri.lastIndexOf('/')) === folder);
			return inside.map((uri) => uri.slice(uri.lastIndexOf('/') + 1));
		};
	}
}

describe('open documents', () => {
	/** Documents over texts that are put here, and the engine files they hold. */
	function opened() {
		const texts = new Map<string, TextDocument>();
		let files = 0;
		const counting: Engine = {
			...engine,
			open() {
				const file = engine.open();
				files++;
				return new Proxy(file, {
					get(of, name) {
						if (name === 'dispose') files--;
						return Reflect.get(of, name).bind(of);
					},
				});
			},
		};
		const documents = new DocumentStore(
			{ get: (uri: string) => texts.get(uri), keys: () => [...texts.keys()] } as TextDocuments<TextDocument>,
			counting,
			{
				of: async (uri: string): Promise<Context> => ({
					kernel,
					kernelSetBy: undefined,
					tree: undefined,
					isModule: false,
					path: uri,
					settings: { kernel: undefined, severities: {}, codeLens: false },
					standIns: [],
					isExcluded: false,
				}),
				forget: () => undefined,
			} as unknown as Contexts,
			new Neighbourhood(new Counted({})),
			new Log({ error: (message: string) => expect.unreachable(message) } as never),
		);
		return {
			documents,
			files: () => files,
			open: (uri: string, text: string) => texts.set(uri, TextDocument.create(uri, 'c', 1, text)),
			close: (uri: string) => {
				texts.delete(uri);
				documents.close(uri);
			},
		};
	}

	test('hold trees as far as they fit, and findings all of them', async () => {
		const { documents, files, open, close } = opened();
		const before = livingTrees();
		const uris = Array.from({ length: 20 }, (_, i) => `file:///a/${i}.c`);
		for (const uri of uris) {
			open(uri, LONG);
			await documents.analyse(uri);
		}
		expect(files()).toBe(7);
		expect(livingTrees() - before).toBe(7);
		const first = (await documents.analyse('file:///a/0.c'))?.analysis;
		expect(first?.findings.map(({ rule }) => rule)).toContain('get-unpin-page');
		// findings are kept; what looks into the text has it read again
		expect(files()).toBe(7);
		const document = documents.get('file:///a/0.c') as TextDocument;
		expect(documents.partners(document, (await documents.analyse('file:///a/0.c'))?.context as Context)).toHaveLength(
			1,
		);
		expect(livingTrees() - before).toBe(7);
		for (const uri of uris) close(uri);
		expect([files(), livingTrees() - before]).toEqual([0, 0]);
	});

	test('count with their length of now', async () => {
		const { files, documents, open, close } = opened();
		const uris = Array.from({ length: 20 }, (_, i) => `file:///a/${i}.c`);
		for (const text of [GRAB, LONG])
			for (const uri of uris) {
				open(uri, text);
				await documents.analyse(uri);
			}
		expect(files()).toBe(7);
		for (const uri of uris) close(uri);
		expect(files()).toBe(0);
	});

	test('one that is longer than all that is kept is kept alone', async () => {
		const { documents, files, open, close } = opened();
		open('file:///a/short.c', GRAB);
		open('file:///a/long.c', `${GRAB}/*${' '.repeat(2_000_000)}*/\n`);
		await documents.analyse('file:///a/short.c');
		await documents.analyse('file:///a/long.c');
		expect(files()).toBe(1);
		await documents.analyse('file:///a/short.c');
		close('file:///a/long.c');
		close('file:///a/short.c');
		expect(files()).toBe(0);
	});

	test('leave nothing when they are closed', async () => {
		const { documents, open, close } = opened();
		const held: WeakRef<object>[] = [];
		// a function of its own: a variable would hold the last one
		const look = async (uri: string): Promise<void> => {
			open(uri, GRAB);
			const analysed = await documents.analyse(uri);
			if (analysed)
				held.push(new WeakRef(analysed.analysis), new WeakRef(analysed.document), new WeakRef(analysed.context));
		};
		for (let i = 0; i < 20; i++) await look(`file:///a/${i}.c`);
		const alive = async (): Promise<number> => {
			// what a promise resolved to is let go with the next turn
			await new Promise((resolve) => setTimeout(resolve, 10));
			collect();
			return held.filter((one) => one.deref()).length;
		};
		expect(held).toHaveLength(60);
		expect(await alive()).toBeGreaterThan(20);
		for (let i = 0; i < 20; i++) close(`file:///a/${i}.c`);
		expect(await alive()).toBe(0);
	});
});

test('what closed documents leave is collected when the client is quiet', () => {
	vi.useFakeTimers();
	onTestFinished(() => void vi.useRealTimers());
	let collected = 0;
	const memory = new Memory(() => collected++);
	const hear = (method: string) => memory.heard({ jsonrpc: '2.0', method } as Message);
	hear('textDocument/didOpen');
	vi.advanceTimersByTime(60_000);
	expect(collected).toBe(0);
	hear('textDocument/didClose');
	vi.advanceTimersByTime(4_000);
	hear('textDocument/hover');
	vi.advanceTimersByTime(4_000);
	expect(collected).toBe(0);
	vi.advanceTimersByTime(60_000);
	expect(collected).toBe(4);
});

test('no request has the library keep a reporter of its progress', () => {
	const asked = {
		jsonrpc: '2.0',
		id: 1,
		method: 'initialize',
		params: { processId: null, rootUri: null, capabilities: {} },
	};
	const source = new StreamMessageReader(new PassThrough());
	source.listen = (callback) => {
		callback({ ...asked, params: { ...asked.params, workDoneToken: 'initializing' } } as Message);
		return { dispose: () => undefined };
	};
	const { reader } = ProtocolReader.over({ reader: source, writer: new StreamMessageWriter(new PassThrough()) });
	const delivered: Message[] = [];
	reader.listen((message) => delivered.push(message));
	expect(delivered).toEqual([asked]);
});

describe('a server', () => {
	const root = 'file:///tree';
	const CALLS = GRAB.replace('unpin_user_page(pages[0]);', 'giving_back(pages);');
	const files = new Counted({
		[`${root}/a/one.c`]: CALLS,
		[`${root}/a/two.c`]: CALLS,
		[`${root}/a/put.c`]: 'void giving_back(struct page **pages)\n{\n\tunpin_user_page(pages[0]);\n}\n',
	});
	let client: ProtocolConnection | undefined;
	afterAll(() => client?.dispose());

	async function started(): Promise<ProtocolConnection> {
		if (client) return client;
		const [there, back] = [new PassThrough(), new PassThrough()];
		const connection = createConnection(new StreamMessageReader(there), new StreamMessageWriter(back));
		serve({ connection, loadWasm: async () => wasm, disk: files });
		client = createProtocolConnection(new StreamMessageReader(back), new StreamMessageWriter(there));
		client.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
			items.map(() => ({ codeLens: { enable: true } })),
		);
		client.onRequest('client/registerCapability', () => null);
		client.onRequest('workspace/diagnostic/refresh', () => null);
		client.listen();
		await client.sendRequest('initialize', { processId: null, rootUri: root, capabilities: MODERN });
		await client.sendNotification('initialized', {});
		return client;
	}

	const open = async (uri: string, text: string) =>
		(await started()).sendNotification('textDocument/didOpen', {
			textDocument: { uri, languageId: 'c', version: 1, text },
		});
	const close = async (uri: string) =>
		(await started()).sendNotification('textDocument/didClose', { textDocument: { uri } });
	const pull = async (uri: string): Promise<FullDocumentDiagnosticReport> =>
		(await started()).sendRequest('textDocument/diagnostic', { textDocument: { uri } });
	const status = async (uri: string): Promise<Status> => (await started()).sendRequest('gup-lens/status', { uri });

	test('lets a folder go with the last document of it', async () => {
		const [one, two, put] = [`${root}/a/one.c`, `${root}/a/two.c`, `${root}/a/put.c`];
		const reads = () => files.asked.filter((uri) => uri === put).length;
		const before = livingTrees();
		await open(one, CALLS);
		expect(codes((await pull(one)).items)).toContain('get-unpin-page');
		expect(reads()).toBe(1);
		await open(two, CALLS);
		await pull(two);
		await close(two);
		await pull(one);
		expect(reads()).toBeLessThanOrEqual(2);
		await close(one);
		const closed = reads();
		await open(one, CALLS);
		await pull(one);
		expect(reads()).toBe(closed + 1);
		await close(one);
		await pull(one);
		expect(livingTrees()).toBe(before);
	});

	test('says that a file above 10 MB is not analysed, and looks into it for nothing', async () => {
		const uri = `${root}/large/registers.c`;
		const before = livingTrees();
		const tail = '/'.repeat(MAX_BYTES + 1 - GRAB.length);
		await open(uri, GRAB + tail);
		const asked = files.asked.length;
		const [told, ...more] = (await pull(uri)).items;
		expect(more).toEqual([]);
		expect(told).toMatchObject({ severity: 3, message: 'not analysed: the file is larger than 10 MB' });
		expect(await status(uri)).toMatchObject({ state: 'skipped', skipped: 'larger than 10 MB', findings: 0 });
		const place = { textDocument: { uri }, position: at(GRAB, 'get_user_pages_fast', 2) };
		const server = await started();
		expect(await server.sendRequest('textDocument/hover', place)).toBeNull();
		expect(await server.sendRequest(DocumentHighlightRequest.type, place)).toBeNull();
		expect(await server.sendRequest(SignatureHelpRequest.type, place)).toBeNull();
		expect(await server.sendRequest(CompletionRequest.type, place)).toBeNull();
		expect(await server.sendRequest(CodeLensRequest.type, { textDocument: { uri } })).toEqual([]);
		const range = { start: place.position, end: place.position };
		const params = {
			textDocument: { uri },
			range,
			context: { diagnostics: [], only: ['quickfix', 'source.fixAll', 'refactor'] },
		};
		expect(await server.sendRequest('textDocument/codeAction', params)).toEqual([]);
		expect(livingTrees()).toBe(before);
		expect(
			files.asked
				.slice(asked)
				.filter(
					(one) =>
						one.startsWith(`${root}/large/`) &&
						!/\/(?:\.git\b.*|\.gup-lens\.json|Makefile|Kbuild(?:\.in)?|include\/.*)$/.test(one),
				),
		).toEqual([]);

		// an edit that makes it smaller has it analysed
		const end = { line: GRAB.split('\n').length - 1, character: 0 };
		const range2 = { start: end, end: { ...end, character: 1 } };
		await server.sendNotification('textDocument/didChange', {
			textDocument: { uri, version: 2 },
			contentChanges: [{ range: range2, text: '' }],
		});
		expect(codes((await pull(uri)).items)).toContain('get-unpin-page');
		expect(await status(uri)).toMatchObject({ state: 'ready', skipped: null });
		expect(livingTrees()).toBeGreaterThan(before);
		await close(uri);
		expect((await pull(uri)).items).toEqual([]);
		expect(livingTrees()).toBe(before);
	});
});
