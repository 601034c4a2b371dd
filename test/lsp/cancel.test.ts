import { expect, test } from 'vitest';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver/node';
import { codes, GRAB } from './fixtures.js';
import { MODERN, Session } from './session.js';

test('a cancelled request is refused, and the next one answered', async () => {
	const session = await Session.start({ capabilities: MODERN });
	const uri = 'file:///nowhere/a.c';
	await session.open(uri, GRAB);
	const source = new CancellationTokenSource();
	const asked = session.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }, source.token);
	source.cancel();
	await expect(asked).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
	expect(codes(await session.findings(uri))).toEqual(['foll-get-redundant', 'get-unpin-page']);
	await session.end();
});

test('a request that waits for the client is cancelled too', async () => {
	let release = () => {};
	const held = new Promise<void>((resolve) => {
		release = resolve;
	});
	const session = await Session.start({ capabilities: MODERN });
	session.connection.onRequest('workspace/configuration', async ({ items }: { items: unknown[] }) => {
		await held;
		return items.map(() => null);
	});
	const uri = 'file:///nowhere/a.c';
	await session.open(uri, GRAB);
	const source = new CancellationTokenSource();
	const asked = session.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }, source.token);
	const refused = expect(asked).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
	source.cancel();
	// A request is answered while the other one waits: the server is not blocked.
	await expect(session.connection.sendRequest('no/such/method')).rejects.toThrow();
	release();
	await refused;
	await session.end();
});

test('edits that come while diagnostics are asked for are in the answer', async () => {
	const session = await Session.start({ capabilities: MODERN });
	const uri = 'file:///nowhere/a.c';
	await session.open(uri, 'int nothing;\n');
	const asked = session.findings(uri);
	await session.change(uri, { text: GRAB });
	expect([[], ['foll-get-redundant', 'get-unpin-page']]).toContainEqual(codes(await asked));
	expect(codes(await session.findings(uri))).toEqual(['foll-get-redundant', 'get-unpin-page']);
	await session.end();
});
