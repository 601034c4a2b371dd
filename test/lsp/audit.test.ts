/** The audit over the protocol: progress, a part of it, cancellation, the page. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
	CancellationTokenSource,
	LSPErrorCodes,
	type ResponseError,
	WorkDoneProgress,
} from 'vscode-languageserver/node';
import type { AuditAnswer, AuditParams } from '../../server/src/lsp/audit.js';
import { at, folder, GRAB, treeOf } from './fixtures.js';
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
	const { report, notes, findings } = await audit();
	expect(report).toMatchObject({ kernel: '6.12.5', partial: false });
	expect(report.sites.map(({ path, verdict }) => `${path} ${verdict}`)).toEqual([
		'drivers/misc/grab.c keep',
		'drivers/net/pin.c ok',
	]);
	expect(notes.join()).toContain('6.12.5');
	// what a verdict does not say stands beside it
	expect(findings['drivers/misc/grab.c']?.map(({ rule }) => rule)).toContain('get-unpin-page');
	expect(Date.parse(report.taken ?? '')).toBeGreaterThan(Date.now() - 60_000);
	expect(report.revision).toBeUndefined();
});

test('tells how far it is', async () => {
	const told: { kind: string; message?: string | undefined }[] = [];
	const workDoneToken = 'audit-2';
	session.connection.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
		told.push(value);
	});
	await audit({ workDoneToken });
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

/** A tree whose folders take their time; each file has 10 sites. */
function large(folders: number, filesOfEach: number): string {
	const functions = Array.from({ length: 10 }, (_, i) => GRAB.replaceAll('grab', `grab${i}`)).join('\n');
	const files = Array.from({ length: filesOfEach * folders }, (_, i) => [
		`drivers/${i % folders}/grab${i}.c`,
		functions,
	]);
	return folder({ ...treeOf('6.12.5'), ...Object.fromEntries(files) });
}

test('while folders are audited the editor is answered', async () => {
	const uri = `${root}/drivers/net/open.c`;
	await session.open(uri, PIN);
	let isDone = false;
	const audited = audit({ uri: large(2, 10) }).finally(() => {
		isDone = true;
	});
	let hovers = 0;
	for (; !isDone; hovers++) expect(await session.hover(uri, at(PIN, 'pin_user_pages_fast', 2))).toBeTruthy();
	expect((await audited).report.sites).toHaveLength(200);
	// a server that reads the files itself answers once or twice for each folder
	expect(hovers).toBeGreaterThan(20);
});

test('a cancelled audit ends with what is known', async () => {
	const tree = large(50, 4);
	const source = new CancellationTokenSource();
	const workDoneToken = 'cancelled';
	const reading = new Promise<void>((resolve) => {
		session.connection.onProgress(WorkDoneProgress.type, workDoneToken, (told) => {
			if (told.kind === 'report' && /^reading [1-9]/.test(told.message ?? '')) resolve();
		});
	});
	const asked = session.connection.sendRequest<AuditAnswer>(
		'gup-lens/audit',
		{ uri: tree, workDoneToken },
		source.token,
	);
	await reading;
	source.cancel();
	const answer = await asked.catch((error: ResponseError<void>) => error);
	// a machine that is busy elsewhere may leave it no time to say what it has
	if (answer instanceof Error) expect(answer.code).toBe(LSPErrorCodes.RequestCancelled);
	else {
		const { partial, sites } = answer.report;
		expect(partial).toBe(true);
		expect(sites.length % 40).toBe(0);
		expect(sites.length).toBeGreaterThanOrEqual(40);
		expect(sites.length).toBeLessThan(2000);
	}
	expect((await audit()).report.partial).toBe(false);
});

test('audits are made one after the other, and one that waits is cancelled at once', async () => {
	const source = new CancellationTokenSource();
	const order: string[] = [];
	const first = audit().then(() => order.push('first'));
	const second = session.connection
		.sendRequest<AuditAnswer>('gup-lens/audit', { uri: root }, source.token)
		.catch(() => order.push('second'));
	const third = audit().then(() => order.push('third'));
	source.cancel();
	await Promise.all([first, second, third]);
	expect(order).toEqual(['second', 'first', 'third']);
});

test('a folder that is not there is refused in words', async () => {
	await expect(audit({ uri: `${root}/nowhere` })).rejects.toThrow(/no such file or folder/);
});
