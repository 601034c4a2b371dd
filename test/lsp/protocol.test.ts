/** What no client should send, byte by byte, to the real server. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCodes } from 'vscode-languageserver/node';
import { buildServer } from './build.js';
import { folder, GRAB, treeOf } from './fixtures.js';
import { type Answer, Wire } from './wire.js';

const URI = 'file:///nowhere/a.c';
const HOVER = { textDocument: { uri: URI }, position: { line: 4, character: 13 } };
const INITIALIZE = { processId: null, rootUri: null, capabilities: {} };
const OPEN = { textDocument: { uri: URI, languageId: 'c', version: 1, text: GRAB } };

const framed = (message: object): string => {
	const body = JSON.stringify({ jsonrpc: '2.0', ...message });
	return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
};

describe('the life of a server', () => {
	test('before initialize requests are refused and notifications dropped', async () => {
		const wire = await Wire.start();
		wire.send({ method: 'textDocument/didOpen', params: OPEN });
		for (const [id, method] of ['textDocument/hover', 'shutdown', 'no/such/method'].entries())
			expect(await wire.ask(id, method, HOVER)).toMatchObject({ error: { code: ErrorCodes.ServerNotInitialized } });
		expect((await wire.ask(7, 'initialize', INITIALIZE)).result).toMatchObject({ capabilities: {} });
		expect(await wire.ask(8, 'textDocument/hover', HOVER)).toMatchObject({ result: null });
		expect(await wire.end()).toBe(0);
	});

	test('a second initialize is refused, and the first holds', async () => {
		const wire = await Wire.running();
		expect(await wire.ask(1, 'initialize', INITIALIZE)).toMatchObject({ error: { code: ErrorCodes.InvalidRequest } });
		wire.send({ method: 'textDocument/didOpen', params: OPEN });
		expect((await wire.ask(2, 'textDocument/hover', HOVER)).result).toMatchObject({ contents: {} });
		expect(await wire.end()).toBe(0);
	});

	test('an initialize that is refused may be sent again', async () => {
		const wire = await Wire.start();
		for (const [id, params] of [undefined, null, [], {}, { ...INITIALIZE, processId: 'one' }].entries())
			expect(await wire.ask(id, 'initialize', params)).toMatchObject({ error: { code: ErrorCodes.InvalidParams } });
		const odd = { textDocument: { publishDiagnostics: { tagSupport: { valueSet: 5 } } } };
		expect(await wire.ask(8, 'initialize', { ...INITIALIZE, capabilities: odd })).toMatchObject({
			error: { code: ErrorCodes.InvalidParams },
		});
		expect(await wire.ask(9, 'textDocument/hover', HOVER)).toMatchObject({
			error: { code: ErrorCodes.ServerNotInitialized },
		});
		expect(await wire.ask(10, 'initialize', INITIALIZE)).toMatchObject({ result: {} });
		expect(await wire.end()).toBe(0);
	});

	test('after shutdown every request is refused and exit ends it with 0', async () => {
		const wire = await Wire.running();
		expect(await wire.ask(1, 'shutdown')).toMatchObject({ result: null });
		for (const [id, method] of ['textDocument/hover', 'shutdown', 'initialize', 'no/such/method'].entries())
			expect(await wire.ask(id + 2, method, HOVER)).toMatchObject({ error: { code: ErrorCodes.InvalidRequest } });
		wire.send({ method: 'exit' });
		expect(await wire.exited).toBe(0);
	});

	test.each([
		['before initialize', () => Wire.start()],
		['while it runs', () => Wire.running()],
	])('exit without shutdown ends it with 1: %s', async (_, start) => {
		const wire = await start();
		wire.send({ method: 'exit' });
		expect(await wire.exited).toBe(1);
	});

	test('the end of its input ends it', async () => {
		for (const [start, code] of [[Wire.start, 1] as const, [Wire.running, 1] as const]) {
			const wire = await start();
			wire.process.stdin?.end();
			expect(await wire.exited).toBe(code);
		}
		const wire = await Wire.running();
		await wire.ask(1, 'shutdown');
		wire.process.stdin?.end();
		expect(await wire.exited).toBe(0);
	});

	test('the end of the process that started it ends it', async () => {
		const { pid } = spawnSync(process.execPath, ['-e', '']);
		const wire = await Wire.start();
		await wire.ask(1, 'initialize', { ...INITIALIZE, processId: pid });
		expect(await wire.exited).toBe(1);
	});

	test('what a client sends in one go, without waiting, is answered in order', async () => {
		const session = [
			{ id: 1, method: 'initialize', params: INITIALIZE },
			{ method: 'initialized', params: {} },
			{ method: 'textDocument/didOpen', params: OPEN },
			{ id: 2, method: 'textDocument/hover', params: HOVER },
		];
		const server = await buildServer();
		const input = session.map(framed).join('');
		const { status, stdout } = spawnSync(process.execPath, [server, '--stdio'], { input, encoding: 'utf8' });
		// no shutdown came
		expect(status).toBe(1);
		expect(stdout).toMatch(/"id":1,"result"[\s\S]*"id":2,"result":\{"contents"/);
	});
});

describe('framing that is broken', () => {
	test.each<[string, string | Buffer]>([
		['a message without a header', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'shutdown' })],
		['a header without a length', 'Content-Type: application/json\r\n\r\n{}'],
		['a length that is negative', 'Content-Length: -5\r\n\r\n{}'],
		['a length that is huge', 'Content-Length: 99999999999\r\n\r\n{}'],
		['a length beyond numbers', `Content-Length: ${'9'.repeat(400)}\r\n\r\n{}`],
		['a length that is no number', 'Content-Length: NaN\r\n\r\n{}'],
		['a length with something behind it', 'Content-Length: 2; 5\r\n\r\n{}'],
		['a length in hexadecimal', 'Content-Length: 0x2\r\n\r\n{}'],
		['an empty length', 'Content-Length: \r\n\r\n{}'],
		['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} '],
		['lines that end in LF alone', 'Content-Length: 2\n\n{}'],
		['an empty header', '\r\n\r\n{}'],
		['a header without a colon', 'Content-Length\r\n\r\n{}'],
		['a header without end', `X-Long: ${'x'.repeat(100_000)}`],
		['bytes of some other program', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03])],
		['a request of HTTP', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}'],
	])('%s ends the server, which says why', async (_, bytes) => {
		const wire = await Wire.running();
		wire.write(bytes);
		expect(await wire.exited).toBe(1);
		const [told] = wire.received.filter(({ id }) => id === null);
		expect(told?.error?.code).toBe(ErrorCodes.ParseError);
		expect(wire.complaint).toMatch(/^gup-lens: the client sent no LSP message: .*; the server ends [^\n]*\n$/);
	});

	test('a message that comes byte by byte is read, whatever the case of its header', async () => {
		const wire = await Wire.running();
		const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'gup-lens/status', params: { uri: 'file:///ä.c' } });
		const type = 'Content-Type: application/vscode-jsonrpc; charset=utf-8';
		const bytes = Buffer.from(`${type}\r\nCONTENT-LENGTH:   ${Buffer.byteLength(body)} \r\n\r\n${body}`);
		for (const byte of bytes) {
			wire.write(Buffer.from([byte]));
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(await wire.answer(1)).toMatchObject({ result: null });
		expect(await wire.end()).toBe(0);
	});

	test('a message may come in two parts, wherever the first ends', async () => {
		const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'gup-lens/status', params: { uri: 'file:///a.c' } });
		const header = `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
		for (const at of [4, header.length - 4, header.length - 3, header.length - 2, header.length - 1, header.length]) {
			const wire = await Wire.running();
			wire.write((header + body).slice(0, at));
			await new Promise((resolve) => setTimeout(resolve, 100));
			wire.write((header + body).slice(at));
			expect(await wire.answer(1), `ends at ${at}`).toMatchObject({ result: null });
			expect(await wire.end()).toBe(0);
		}
	});
});

describe('a well-framed message', () => {
	test.each([
		['that is no JSON', '{"jsonrpc": ', ErrorCodes.ParseError],
		['that is empty', '', ErrorCodes.ParseError],
		['that is no UTF-8', '\u0000', ErrorCodes.ParseError],
		['that is a batch', JSON.stringify([{ jsonrpc: '2.0', id: 1, method: 'shutdown' }]), ErrorCodes.InvalidRequest],
		['that is an empty batch', '[]', ErrorCodes.InvalidRequest],
		['that is null', 'null', ErrorCodes.InvalidRequest],
		['that is a number', '42', ErrorCodes.InvalidRequest],
		['that is a text', '"shutdown"', ErrorCodes.InvalidRequest],
		['that is an empty object', '{}', ErrorCodes.InvalidRequest],
		['whose id is null', '{"jsonrpc":"2.0","id":null,"method":"shutdown"}', ErrorCodes.InvalidRequest],
		['whose id is an object', '{"jsonrpc":"2.0","id":{},"method":"shutdown"}', ErrorCodes.InvalidRequest],
		['whose method is a number', '{"jsonrpc":"2.0","method":5}', ErrorCodes.InvalidRequest],
		['that is nested without end', '['.repeat(1_000_000), ErrorCodes.ParseError],
		['that is nested deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, ErrorCodes.InvalidRequest],
	])('%s is answered with an error, and the next one as usual', async (_, body, code) => {
		const wire = await Wire.running();
		wire.frame(body);
		expect((await wire.answer(null)).error?.code).toBe(code);
		expect(await wire.ask(2, 'gup-lens/status', { uri: URI })).toMatchObject({ result: null });
		expect(await wire.end()).toBe(0);
	});

	test('an answer without a result does not end the server, nor is it answered', async () => {
		const wire = await Wire.running();
		wire.send({ id: 5 });
		wire.send({ id: 99, result: null });
		wire.send({ id: null, error: { code: 1, message: 'x' } });
		expect(await wire.ask(6, 'gup-lens/status', { uri: URI })).toMatchObject({ result: null });
		expect(wire.received.filter(({ id, method }) => id === 5 && method === undefined)).toEqual([]);
		expect(await wire.end()).toBe(0);
	});
});

describe('params', () => {
	const at = (line: unknown, character: unknown) => ({ ...HOVER, position: { line, character } });
	const range = (start: unknown, end: unknown) => ({
		textDocument: { uri: URI },
		range: { start, end },
		context: { diagnostics: [] },
	});
	const zero = { line: 0, character: 0 };
	const POSITIONED = ['hover', 'documentHighlight', 'completion', 'signatureHelp'].map(
		(name) => `textDocument/${name}`,
	);
	const WRONG: readonly (readonly [string, unknown])[] = [
		...POSITIONED.flatMap((method) =>
			[
				undefined,
				null,
				{},
				[],
				[HOVER],
				7,
				{ ...HOVER, textDocument: undefined },
				{ ...HOVER, textDocument: URI },
				{ ...HOVER, textDocument: { uri: 5 } },
				{ ...HOVER, position: null },
				at(-1, 0),
				at(0, -1),
				at(0.5, 0),
				at(0, 1e300),
				at('0', 0),
				at(null, null),
				{ ...HOVER, workDoneToken: {} },
			].map((params) => [method, params] as const),
		),
		['textDocument/codeAction', { ...range(zero, zero), context: undefined }],
		['textDocument/codeAction', { ...range(zero, zero), context: { diagnostics: {} } }],
		['textDocument/codeAction', { ...range(zero, zero), context: { diagnostics: [null] } }],
		['textDocument/codeAction', { ...range(zero, zero), context: { diagnostics: [{ message: 'x' }] } }],
		['textDocument/codeAction', { ...range(zero, zero), context: { diagnostics: [], only: 'quickfix' } }],
		['textDocument/codeAction', range({ line: 5, character: 0 }, zero)],
		['textDocument/codeAction', range({ line: 0, character: 1 }, zero)],
		['textDocument/codeAction', range(zero, undefined)],
		['codeAction/resolve', {}],
		['codeAction/resolve', { title: 'Convert', data: 'x' }],
		['codeAction/resolve', { title: 'Convert', data: { uri: 5 } }],
		['textDocument/codeLens', {}],
		['textDocument/diagnostic', {}],
		['textDocument/diagnostic', { textDocument: { uri: URI }, previousResultId: 5 }],
		['workspace/executeCommand', {}],
		['workspace/executeCommand', { command: 'rm' }],
		['workspace/executeCommand', { command: 'gup-lens.applyEdit' }],
		['workspace/executeCommand', { command: 'gup-lens.applyEdit', arguments: [5] }],
		['workspace/executeCommand', { command: 'gup-lens.applyEdit', arguments: 'x' }],
		['gup-lens/status', {}],
		['gup-lens/status', { uri: null }],
		['gup-lens/auditPage', { uri: 5 }],
		['gup-lens/audit', {}],
		['gup-lens/audit', { uri: 5 }],
		['gup-lens/audit', { uri: '' }],
		['gup-lens/audit', { uri: 'drivers/net' }],
		['gup-lens/audit', { uri: '../..' }],
		['gup-lens/audit', { uri: '/etc' }],
		['gup-lens/audit', { uri: 'http://kernel.org/linux' }],
		['gup-lens/audit', { uri: 'file:///nowhere', folders: 'drivers' }],
		['gup-lens/audit', { uri: 'file:///nowhere', folders: [null] }],
		['gup-lens/audit', { uri: 'file:///nowhere', workDoneToken: [] }],
	];
	let wire: Wire;
	let count = 0;
	const ask = (method: string, params: unknown): Promise<Answer> => wire.ask(++count, method, params);

	beforeAll(async () => {
		wire = await Wire.running({ textDocument: { diagnostic: {} } });
		wire.send({ method: 'textDocument/didOpen', params: OPEN });
	});
	afterAll(() => wire.end());

	test.each(WRONG)('of %s that are wrong are refused: %j', async (method, params) => {
		const { error } = await ask(method, params);
		expect(error?.code).toBe(ErrorCodes.InvalidParams);
		expect(error?.message).not.toMatch(/\n|\bat \w+.*:\d+/);
	});

	test.each([
		['beyond the end of the text', at(2_147_483_647, 2_147_483_647)],
		['beyond the end of a line', at(0, 100_000)],
		['in a document that is not open', { ...HOVER, textDocument: { uri: 'file:///not/open.c' } }],
		['in what is no file', { ...HOVER, textDocument: { uri: 'http://kernel.org/x.c' } }],
		['in what is no URI', { ...HOVER, textDocument: { uri: '%%%' } }],
	])('a position %s has an empty answer', async (_, params) => {
		for (const method of ['textDocument/hover', 'textDocument/documentHighlight', 'textDocument/signatureHelp'])
			expect(await ask(method, params)).toMatchObject({ result: null });
	});

	test.each([
		'',
		'%%%',
		'not a uri',
		'http://x/y.c',
		'file://host/x.c',
		'file:///a%00b.c',
		'file:///%zz.c',
		'vscode-vfs:x',
	])('a document may have any URI: %j', async (uri) => {
		wire.send({ method: 'textDocument/didOpen', params: { textDocument: { ...OPEN.textDocument, uri } } });
		const { result } = await ask('textDocument/diagnostic', { textDocument: { uri } });
		expect(result).toMatchObject({ items: [{ code: 'foll-get-redundant' }, { code: 'get-unpin-page' }] });
		wire.send({ method: 'textDocument/didClose', params: { textDocument: { uri } } });
	});

	test('folders of an audit that lead out of it, or nowhere, have no sites', async () => {
		const root = folder({ ...treeOf('6.12.5'), 'drivers/grab.c': GRAB });
		const folders = ['..', '../..', '/etc', 'http://x', 'drivers/../..', '\u0000', 'nowhere'];
		expect(await ask('gup-lens/audit', { uri: root, folders })).toMatchObject({ result: { report: { sites: [] } } });
		for (const uri of ['file://host/share', 'file:///a%00b', `${root}/drivers/grab.c`, 'file:///nowhere/at/all']) {
			const { error } = await ask('gup-lens/audit', { uri });
			expect(error?.message).not.toMatch(/\n/);
			expect(error).toBeDefined();
		}
	});

	test('of notifications that are wrong change nothing, and the log says so', async () => {
		const uri = 'file:///nowhere/notified.c';
		wire.send({ method: 'textDocument/didOpen', params: { textDocument: { ...OPEN.textDocument, uri } } });
		const change = (contentChanges: unknown, version: unknown = 2) =>
			wire.send({ method: 'textDocument/didChange', params: { textDocument: { uri, version }, contentChanges } });
		change([{ text: 5 }]);
		change({});
		change([null]);
		change([{ text: '' }], null);
		change([{ text: '', range: { start: { line: -1, character: 0 }, end: { line: 99, character: 0 } } }]);
		change([{ text: '', range: null }]);
		for (const params of [
			undefined,
			null,
			{},
			[],
			5,
			{ textDocument: {} },
			{ event: {} },
			{ changes: [5] },
			{ id: [] },
		])
			for (const method of [
				'textDocument/didOpen',
				'textDocument/didClose',
				'textDocument/didSave',
				'workspace/didChangeWatchedFiles',
				'workspace/didChangeWorkspaceFolders',
				'$/cancelRequest',
				'$/setTrace',
				'$/progress',
				'window/workDoneProgress/cancel',
				'no/such/notification',
			])
				wire.send({ method, ...(params === undefined ? {} : { params }) });
		const { result } = await ask('textDocument/diagnostic', { textDocument: { uri } });
		expect(result).toMatchObject({ items: [{ code: 'foll-get-redundant' }, { code: 'get-unpin-page' }] });
		const said = wire.received.filter(({ method }) => method === 'window/logMessage').map(({ params }) => params);
		expect(said).toContainEqual({
			type: 2,
			message: expect.stringMatching(/^textDocument\/didChange: contentChanges .* the notification is dropped$/),
		});
		expect(JSON.stringify(said)).not.toMatch(/TypeError|\\n\s+at /);
	});
});
