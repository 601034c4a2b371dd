/** Findings of files that are not open, for clients that ask for them. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WorkspaceDiagnosticReport, WorkspaceDocumentDiagnosticReport } from 'vscode-languageserver/node';
import { folder, GRAB, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({ ...treeOf('6.12.5'), 'drivers/misc/grab.c': GRAB, 'drivers/net/grab.c': GRAB });
	session = await Session.start({
		capabilities: MODERN,
		folders: [root],
		initializationOptions: { workspaceDiagnostics: true },
		configuration: () => ({ severity: { 'foll-get-redundant': 'off' } }),
	});
});
afterAll(() => session.end());

type Previous = readonly { readonly uri: string; readonly value: string }[];

async function ask(previousResultIds: Previous = []): Promise<readonly WorkspaceDocumentDiagnosticReport[]> {
	const report = await session.connection.sendRequest<WorkspaceDiagnosticReport>('workspace/diagnostic', {
		previousResultIds,
	});
	return report.items;
}

/** Asks as VS Code does, again and again, until the answer is as expected. */
async function until(isDone: (items: readonly WorkspaceDocumentDiagnosticReport[]) => boolean, known: Previous = []) {
	for (let tries = 0; tries < 100; tries++) {
		const items = await ask(known);
		if (isDone(items)) return items;
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	throw new Error('waited in vain');
}

const idsOf = (items: readonly WorkspaceDocumentDiagnosticReport[]): Previous =>
	items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' }));

test('are told file by file, with the severities of the settings', async () => {
	expect(session.initialised.capabilities.diagnosticProvider).toMatchObject({ workspaceDiagnostics: true });
	const items = await until((all) => all.length === 2);
	expect(items.map(({ uri }) => uri).sort()).toEqual([`${root}/drivers/misc/grab.c`, `${root}/drivers/net/grab.c`]);
	const [first] = items;
	if (first?.kind !== 'full') throw new Error('expected a full report');
	expect(first.items).toMatchObject([{ code: 'get-unpin-page', severity: 1, range: over(GRAB, 'unpin_user_page') }]);
});

test('are not told twice, and go when they are mended on disk', async () => {
	const known = idsOf(await ask());
	expect((await ask(known)).every(({ kind }) => kind === 'unchanged')).toBe(true);
	const uri = `${root}/drivers/net/grab.c`;
	writeFileSync(fileURLToPath(uri), GRAB.replace('unpin_user_page', 'put_page'));
	await session.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
	const items = await until((all) => all.some((item) => item.uri === uri && item.kind === 'full'), known);
	expect(items.find((item) => item.uri === uri)).toMatchObject({ items: [] });
	expect(items.find((item) => item.uri !== uri)?.kind).toBe('unchanged');
});

test('of an open document are left to the document', async () => {
	const uri = `${root}/drivers/misc/grab.c`;
	await session.open(uri, GRAB);
	expect((await ask()).map((item) => item.uri)).not.toContain(uri);
	await session.close(uri);
	await until((all) => all.some((item) => item.uri === uri));
});
