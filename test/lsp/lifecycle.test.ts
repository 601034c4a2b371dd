import { fork } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
	createProtocolConnection,
	type FullDocumentDiagnosticReport,
	type InitializeResult,
	IPCMessageReader,
	IPCMessageWriter,
} from 'vscode-languageserver/node';
import type { Status } from '../../server/src/lsp/status.js';
import { buildServer } from './build.js';
import { codes, GRAB } from './fixtures.js';
import { MODERN, Session } from './session.js';

const URI = 'file:///nowhere/grab.c';

describe('initialise', () => {
	test('a client that pulls gets pull diagnostics, folders and no command', async () => {
		const session = await Session.start({ capabilities: MODERN, folders: ['file:///nowhere'] });
		const { capabilities, serverInfo } = session.initialised;
		expect(capabilities.positionEncoding).toBe('utf-16');
		expect(capabilities.textDocumentSync).toMatchObject({ openClose: true, change: 2 });
		expect(capabilities.diagnosticProvider).toMatchObject({
			interFileDependencies: true,
			workspaceDiagnostics: false,
		});
		expect(capabilities.workspace?.workspaceFolders?.supported).toBe(true);
		expect(capabilities.executeCommandProvider).toBeUndefined();
		expect(serverInfo?.name).toBe('gup-lens');
		expect(await session.end()).toBe(0);
	});

	test('a client that announces nothing gets findings pushed, plain', async () => {
		const session = await Session.start();
		expect(session.initialised.capabilities.diagnosticProvider).toBeUndefined();
		await session.open(URI, GRAB);
		const pushed = await session.pushed(URI);
		expect(codes(pushed)).toEqual(['foll-get-redundant', 'get-unpin-page']);
		for (const diagnostic of pushed) {
			expect(diagnostic).not.toHaveProperty('tags');
			expect(diagnostic).not.toHaveProperty('relatedInformation');
			expect(diagnostic).not.toHaveProperty('codeDescription');
		}
		expect(session.registrations).toEqual([]);
		expect(await session.end()).toBe(0);
	});
});

test('serves over the IPC channel of node, as VS Code starts it', async () => {
	const server = fork(await buildServer(), ['--node-ipc', `--clientProcessId=${process.pid}`]);
	const connection = createProtocolConnection(new IPCMessageReader(server), new IPCMessageWriter(server));
	connection.listen();
	const params = { processId: process.pid, rootUri: null, capabilities: MODERN };
	const { serverInfo } = await connection.sendRequest<InitializeResult>('initialize', params);
	expect(serverInfo?.name).toBe('gup-lens');
	await connection.sendNotification('initialized', {});
	const textDocument = { uri: URI, languageId: 'c', version: 1, text: GRAB };
	await connection.sendNotification('textDocument/didOpen', { textDocument });
	const report = await connection.sendRequest<FullDocumentDiagnosticReport>('textDocument/diagnostic', {
		textDocument,
	});
	expect(codes(report.items)).toEqual(['foll-get-redundant', 'get-unpin-page']);
	const exited = new Promise((resolve) => server.once('exit', resolve));
	await connection.sendRequest('shutdown');
	await connection.sendNotification('exit');
	expect(await exited).toBe(0);
});

describe('malformed input', () => {
	test('is answered with an error where it asks, and never ends the server', async () => {
		const session = await Session.start({ capabilities: MODERN });
		const { connection } = session;
		await expect(connection.sendRequest('textDocument/hover', {})).rejects.toThrow();
		await expect(connection.sendRequest('no/such/method', {})).rejects.toThrow(/Unhandled method/);
		session.process.stdin?.write('Content-Length: 7\r\n\r\n{"json"');
		await connection.sendNotification('textDocument/didOpen', {});
		await connection.sendNotification('textDocument/didChange', {
			textDocument: { uri: 'file:///never/opened.c', version: 3 },
			contentChanges: [{ text: 'int x;' }],
		});
		await connection.sendNotification('workspace/didChangeConfiguration', { settings: 'nonsense' });
		await session.open(URI, GRAB);
		// Backwards and beyond the end of the text: clamped.
		await session.change(URI, {
			range: { start: { line: 999, character: 9 }, end: { line: 500, character: 1 } },
			text: '\n',
		});
		expect(codes(await session.findings(URI))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		expect(await session.end()).toBe(0);
	});

	test('questions about a document that is not open have empty answers', async () => {
		const session = await Session.start({ capabilities: MODERN });
		const position = { line: 0, character: 0 };
		expect(await session.findings(URI)).toEqual([]);
		expect(await session.hover(URI, position)).toBeNull();
		expect(await session.signature(URI, position)).toBeNull();
		expect(await session.actions(URI, { start: position, end: position })).toEqual([]);
		expect(await session.connection.sendRequest('gup-lens/status', { uri: URI })).toBeNull();
		await session.end();
	});

	test.each([
		['deep brackets', `${'('.repeat(50_000)}FOLL_GET`],
		['deep braces', `void f(void)\n${'{'.repeat(20_000)} get_user_pages_fast(0, 1, FOLL_GET, p);`],
		['an open comment', `${GRAB}/* FOLL_PIN`],
		['an open string', `${GRAB}char *s = "FOLL_PIN\n`],
		['an open #if', `#if 1\n${GRAB}#else\n#elif\n`],
		['control characters and half a surrogate pair', `\u0000\u0007\ud800 ${GRAB}\ufeff`],
		['a megabyte on one line', `int x = ${'FOLL_GET | '.repeat(100_000)}0;`],
	])('%s is read, or said to be unread', async (_, text) => {
		const session = await Session.start({ capabilities: MODERN });
		await session.open(URI, text);
		await session.findings(URI);
		const status = await session.connection.sendRequest<Status>('gup-lens/status', { uri: URI });
		expect(status.state).not.toBe('failed');
		const start = { line: 0, character: 3 };
		await session.hover(URI, start);
		await session.completion(URI, start);
		await session.signature(URI, start);
		await session.actions(URI, { start, end: start });
		expect(session.logged).toEqual([]);
		expect(await session.end()).toBe(0);
	});

	test('the server ends when its client is gone', async () => {
		const session = await Session.start();
		const exited = new Promise((resolve) => session.process.once('exit', resolve));
		session.process.stdin?.end();
		expect(await exited).toBe(1);
	});
});
