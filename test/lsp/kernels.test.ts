import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { Status } from '../../server/src/lsp/status.js';
import { folder, ITER, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

function status(session: Session, uri: string): Promise<Status> {
	return session.connection.sendRequest('gup-lens/status', { uri });
}

describe('the kernel of a document', () => {
	test('is that of its own tree, in a workspace with two', async () => {
		const [old, recent] = [folder(treeOf('6.1.77')), folder(treeOf('6.12.5'))];
		const session = await Session.start({ capabilities: MODERN, folders: [old, recent] });
		for (const root of [old, recent]) await session.open(`${root}/fs/x.c`, ITER);

		expect(await status(session, `${old}/fs/x.c`)).toMatchObject({
			kernel: '6.1.77',
			origin: 'tree',
			originWords: 'from the headers of this tree',
			assumed: false,
			tree: old,
			state: 'ready',
			findings: 1,
		});
		expect(await status(session, `${recent}/fs/x.c`)).toMatchObject({ kernel: '6.12.5', tree: recent });
		const [before] = await session.findings(`${old}/fs/x.c`);
		const [after] = await session.findings(`${recent}/fs/x.c`);
		expect(before).toMatchObject({ code: 'iov-iter-get-pages', severity: DiagnosticSeverity.Information });
		expect(before?.tags).toBeUndefined();
		expect(after).toMatchObject({ code: 'iov-iter-get-pages', severity: DiagnosticSeverity.Warning, tags: [2] });
		await session.end();
	});

	test('outside a tree is the one of the settings, else the newest, which is said', async () => {
		const session = await Session.start({
			capabilities: MODERN,
			configuration: (scope) => (scope?.includes('/set/') ? { kernel: '6.6' } : {}),
		});
		await session.open('file:///set/x.c', ITER);
		await session.open('file:///unset/x.c', 'int nothing;\n');
		expect(await status(session, 'file:///set/x.c')).toMatchObject({
			kernel: '6.6',
			origin: 'option',
			originWords: 'as set by gup-lens.kernel',
			assumed: false,
			tree: null,
		});
		expect(await status(session, 'file:///unset/x.c')).toMatchObject({
			origin: 'newest',
			assumed: true,
			state: 'irrelevant',
			findings: 0,
		});
		await session.end();
	});

	test('changes with the tree: watched files and saved documents', async () => {
		const root = folder(treeOf('6.1.77'));
		const session = await Session.start({
			capabilities: MODERN,
			folders: [root],
			initializationOptions: { status: true },
		});
		const watchers = await session.until(
			() => session.registrations.find(({ method }) => method === 'workspace/didChangeWatchedFiles'),
			'the watchers',
		);
		expect(JSON.stringify(watchers.registerOptions)).toContain('**/include/linux/mm.h');
		const uri = `${root}/fs/x.c`;
		await session.open(uri, ITER);
		await session.findings(uri);
		expect(session.notified).toMatchObject([{ uri, kernel: '6.1.77' }]);
		await session.findings(uri);
		expect(session.notified).toHaveLength(1);

		writeFileSync(fileURLToPath(`${root}/Makefile`), treeOf('6.12.8').Makefile ?? '');
		await session.connection.sendNotification('workspace/didChangeWatchedFiles', {
			changes: [{ uri: `${root}/Makefile`, type: 2 }],
		});
		await session.until(() => session.refreshes === 1, 'the refresh');
		expect(await session.findings(uri)).toMatchObject([{ severity: DiagnosticSeverity.Warning }]);
		expect(session.notified.at(-1)).toMatchObject({ uri, kernel: '6.12.8' });

		rmSync(fileURLToPath(`${root}/Makefile`));
		await session.open(`${root}/Makefile`, '', 'makefile');
		await session.connection.sendNotification('textDocument/didSave', { textDocument: { uri: `${root}/Makefile` } });
		await session.until(() => session.refreshes === 2, 'the second refresh');
		expect((await status(session, uri)).origin).toBe('newest');
		await session.end();
	});

	test('is found through the client where the server cannot read', async () => {
		const root = 'vscode-vfs://github/torvalds/linux';
		const files = new Map(Object.entries(treeOf('6.1.9')).map(([path, text]) => [`${root}/${path}`, text]));
		const session = await Session.start({
			capabilities: MODERN,
			folders: [root],
			initializationOptions: { readFile: true },
			readFile: (uri) => files.get(uri) ?? null,
		});
		await session.open(`${root}/fs/deep/x.c`, ITER);
		expect(await status(session, `${root}/fs/deep/x.c`)).toMatchObject({ kernel: '6.1.9', tree: root });
		await session.end();
	});

	test('follows folders that come and go', async () => {
		const session = await Session.start({ capabilities: MODERN, folders: ['file:///one'] });
		await session.open('file:///two/x.c', ITER);
		await session.findings('file:///two/x.c');
		await session.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
			event: { added: [{ uri: 'file:///two', name: 'two' }], removed: [{ uri: 'file:///one', name: 'one' }] },
		});
		await session.until(() => session.refreshes === 1, 'the refresh');
		await session.end();
	});
});

test('a function with too many paths to follow is told with the status', async () => {
	const session = await Session.start({ capabilities: MODERN });
	const calls = Array.from({ length: 9 }, (_, i) => `\tif (c[${i}])\n\t\tget_user_pages_fast(a, 1, 0, p${i});\n`);
	const parameters = Array.from({ length: 9 }, (_, i) => `struct page **p${i}`).join(', ');
	await session.open(
		'file:///many.c',
		`int many(unsigned long a, int *c, ${parameters})\n{\n${calls.join('')}\treturn 0;\n}\n`,
	);
	expect(await status(session, 'file:///many.c')).toMatchObject({ state: 'partial', unread: [], bounded: ['many'] });
	await session.end();
});
