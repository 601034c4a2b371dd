/** What the server tells of itself. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ErrorCodes } from 'vscode-languageserver/node';
import type { ServerStatus, ServerStatusParams } from '../../server/src/lsp/serverStatus.js';
import { version } from '../../server/src/version.js';
import { folder, GRAB, ITER, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

function ask(session: Session, params: ServerStatusParams): Promise<ServerStatus> {
	return session.connection.sendRequest('gup-lens/serverStatus', params);
}

test('the server tells its version, the kernel of a file and why, what it holds, and the last audit', async () => {
	const root = folder({ ...treeOf('6.12.5'), 'drivers/misc/grab.c': GRAB });
	const session = await Session.start({ capabilities: MODERN, folders: [root] });
	const uri = `${root}/fs/x.c`;
	const before = await ask(session, {});
	expect(before).toMatchObject({ version, document: null, documents: 0, kept: { documents: 0, characters: 0 } });
	expect(before).toMatchObject({ lastAudit: null, trusted: true });
	expect(before.text).toContain('none since the server started');

	await session.open(uri, ITER);
	await session.open(`${root}/fs/plain.c`, 'int nothing;\n');
	const open = await ask(session, { uri });
	expect(open.document).toMatchObject({ uri, kernel: '6.12.5', origin: 'tree', state: 'ready', findings: 1 });
	expect(open).toMatchObject({ documents: 2, kept: { documents: 1, characters: ITER.length }, isExcluded: false });
	expect(open.text).toContain(`GUP Lens ${version}\n`);
	expect(open.text).toMatch(/This file: file:.*x\.c, 1 finding\n/);
	expect(open.text).toContain('Linux 6.12.5, from the headers of this tree (file:');
	const { resident, heap } = open.memory ?? { resident: 0, heap: 0 };
	expect(heap).toBeGreaterThan(1_000_000);
	expect(resident).toBeGreaterThan(heap);

	const begun = Date.now();
	await session.connection.sendRequest('gup-lens/audit', { uri: root });
	const { lastAudit, text } = await ask(session, { uri });
	expect(lastAudit).toMatchObject({ uri: root, revision: null, folders: null, sites: 1, partial: false });
	expect(Date.parse(lastAudit?.ended ?? '')).toBeGreaterThanOrEqual(begun);
	expect(text).toMatch(/Last audit: file:.*: 1 call in [\d.]+ s, ended 20/);
	await session.connection.sendRequest('gup-lens/audit', { uri: root, folders: ['fs'] });
	expect((await ask(session, {})).lastAudit).toMatchObject({ folders: 1, sites: 0 });

	await session.close(uri);
	expect(await ask(session, { uri })).toMatchObject({ document: null, documents: 1, kept: { documents: 0 } });
	await session.end();
});

test('it says when the kernel is assumed, a file is left out, and the workspace is not trusted', async () => {
	const root = folder({ 'a.c': ITER });
	writeFileSync(new URL(`${root}/.gup-lens.json`), '{ "exclude": ["b_*.c"] }\n');
	const session = await Session.start({
		capabilities: MODERN,
		folders: [root],
		initializationOptions: { trusted: false },
	});
	await session.open(`${root}/a.c`, ITER);
	const { text, trusted, document } = await ask(session, { uri: `${root}/a.c` });
	expect(document).toMatchObject({ origin: 'newest', assumed: true, tree: null });
	expect(trusted).toBe(false);
	expect(text).toContain('assumed, the newest known; findings that depend on the version are information at most');
	expect(text).toContain('Workspace: not trusted: no program is started');

	const out = `${root}/b_\u001b[31m\n.c`;
	await session.open(out, ITER);
	const left = await ask(session, { uri: out });
	expect(left).toMatchObject({ isExcluded: true, document: { findings: 0 } });
	expect(left.text).toContain('b_\\u001b[31m\\n.c, left out by a configuration file\n');
	await session.end();
});

test('it says whether the editor or a configuration file set the kernel', async () => {
	const root = folder({ '.gup-lens.json': '{ "kernel": "6.1" }', 'a.c': ITER });
	const wordsWith = async (settings: object) => {
		const session = await Session.start({ capabilities: MODERN, folders: [root], configuration: () => settings });
		await session.open(`${root}/a.c`, ITER);
		const { text } = await ask(session, { uri: `${root}/a.c` });
		await session.end();
		return text;
	};
	expect(await wordsWith({})).toContain('Kernel: Linux 6.1, as set by .gup-lens.json\n');
	expect(await wordsWith({ kernel: '6.6' })).toContain('Kernel: Linux 6.6, as set by gup-lens.kernel\n');
});

test('other params than a URI are refused', async () => {
	const session = await Session.start({ capabilities: MODERN });
	const wrong = { uri: 3 } as unknown as ServerStatusParams;
	await expect(ask(session, wrong)).rejects.toMatchObject({ code: ErrorCodes.InvalidParams });
	await session.end();
});
