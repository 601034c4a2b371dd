/** The audit over the protocol: progress, a part of it, cancellation, the page. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type { AuditAnswer, AuditParams } from '../../server/src/lsp/audit.js';
import { folder, GRAB, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

const PIN = `#include <linux/mm.h>

int gadwall_pin(unsigned long start, struct page **pages)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE, pages);
}
`;

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({ ...treeOf('6.12.5'), 'drivers/misc/grab.c': GRAB, 'drivers/net/pin.c': PIN });
	session = await Session.start({ capabilities: MODERN, folders: [root] });
});
afterAll(() => session.end());

function audit(params: Partial<AuditParams> = {}): Promise<AuditAnswer> {
	return session.connection.sendRequest('gup-lens/audit', { uri: root, ...params });
}

test('judges the folder and says by which kernel', async () => {
	const { report, notes } = await audit();
	expect(report).toMatchObject({ kernel: '6.12.5', partial: false });
	expect(report.sites.map(({ path, verdict }) => `${path} ${verdict}`)).toEqual([
		'drivers/misc/grab.c keep',
		'drivers/net/pin.c ok',
	]);
	expect(notes.join()).toContain('6.12.5');
});

test('tells how far it is', async () => {
	const told: { kind: string; message?: string }[] = [];
	const off = session.connection.onNotification(
		'$/progress',
		({ token, value }: { token: string; value: { kind: string } }) => {
			if (token === 'audit-2') told.push(value);
		},
	);
	await audit({ workDoneToken: 'audit-2' });
	off.dispose();
	expect(told[0]?.kind).toBe('begin');
	expect(told.at(-1)?.kind).toBe('end');
	expect(told.some(({ message }) => /\d+ of \d+ files/.test(message ?? ''))).toBe(true);
});

test('judges some folders anew', async () => {
	writeFileSync(fileURLToPath(`${root}/drivers/net/pin.c`), `\n\n${PIN}`);
	const { report } = await audit({ folders: ['drivers/net', 'drivers/nowhere', '../..'] });
	expect(report.sites).toMatchObject([{ path: 'drivers/net/pin.c', line: 7 }]);
});

test('gives the page of the last audit, and none of a folder that had none', async () => {
	const html = await session.connection.sendRequest<string | null>('gup-lens/auditPage', { uri: root });
	expect(html).toMatch(/^<!doctype html>/i);
	expect(html).toContain('drivers/misc/grab.c');
	expect(html).not.toMatch(/(?:src|href)="https?:/);
	expect(await session.connection.sendRequest('gup-lens/auditPage', { uri: `${root}/x` })).toBeNull();
});

test('a cancelled audit is refused or partial, and the next one is whole', async () => {
	const source = new CancellationTokenSource();
	const asked = session.connection.sendRequest<AuditAnswer>('gup-lens/audit', { uri: root }, source.token);
	source.cancel();
	const answer = await asked.catch((error: Error) => error);
	if (!(answer instanceof Error)) expect(answer.report).toBeDefined();
	expect((await audit()).report.partial).toBe(false);
});

test('a folder that is not there is refused in words', async () => {
	await expect(audit({ uri: `${root}/nowhere` })).rejects.toThrow(/no such file or folder/);
});
