/** Findings, hovers and refreshes across two files of a folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver/node';
import { at, codes, folder, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

const OPEN = `#include "scaup.h"

int scaup_open(struct scaup *scaup, unsigned long addr, int nr)
{
	scaup->nr = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, scaup->pages);
	return scaup->nr < 0 ? scaup->nr : 0;
}
`;
const CLOSE = `#include "scaup.h"

void scaup_close(struct scaup *scaup)
{
	release_pages(scaup->pages, scaup->nr);
}
`;
const RIGHT = CLOSE.replace('release_pages', 'unpin_user_pages');

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({ ...treeOf('6.12.5'), 'drivers/scaup/open.c': OPEN, 'drivers/scaup/close.c': CLOSE });
	session = await Session.start({ capabilities: MODERN, folders: [root] });
});
afterAll(() => session.end());

test('a finding tells the place in the other file, and goes when that file is mended there', async () => {
	const open = `${root}/drivers/scaup/open.c`;
	const close = `${root}/drivers/scaup/close.c`;
	await session.open(open, OPEN);
	const [wrong, ...more] = await session.findings(open);
	expect(more).toEqual([]);
	expect(wrong).toMatchObject({ code: 'pin-put-page', range: over(OPEN, 'pin_user_pages_fast') });
	expect(wrong?.relatedInformation).toMatchObject([{ location: { uri: close, range: over(CLOSE, 'release_pages') } }]);

	// what the editor shows counts, not what the disk has
	await session.open(close, CLOSE);
	await session.change(close, { text: RIGHT });
	expect(codes(await session.findings(open))).toEqual([]);
	await session.change(close, { text: CLOSE });
	expect(codes(await session.findings(open))).toEqual(['pin-put-page']);
	await session.change(close, { text: RIGHT });
	const before = session.refreshes;
	await session.connection.sendNotification('textDocument/didSave', { textDocument: { uri: close } });
	await session.until(() => session.refreshes > before, 'a refresh');
	expect(codes(await session.findings(open))).toEqual([]);

	const hover = await session.hover(open, at(OPEN, 'pin_user_pages_fast', 2));
	expect((hover?.contents as MarkupContent | undefined)?.value).toContain(
		`\`unpin_user_pages()\` in \`scaup_close()\`, [close.c:5](${close}#L5)`,
	);
});

test('a file that changes on disk is read again', async () => {
	const open = `${root}/drivers/garganey/open.c`;
	const close = `${root}/drivers/garganey/close.c`;
	const text = OPEN.replaceAll('scaup', 'garganey');
	const path = fileURLToPath(close);
	mkdirSync(fileURLToPath(`${root}/drivers/garganey`), { recursive: true });
	writeFileSync(path, CLOSE.replaceAll('scaup', 'garganey'));
	await session.open(open, text);
	expect(codes(await session.findings(open))).toEqual(['pin-put-page']);
	writeFileSync(path, RIGHT.replaceAll('scaup', 'garganey'));
	const before = session.refreshes;
	await session.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: close, type: 2 }] });
	await session.until(() => session.refreshes > before, 'a refresh');
	expect(codes(await session.findings(open))).toEqual([]);
});
