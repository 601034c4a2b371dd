/** `gup-lens/paths`: the paths of pages, for any editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Position } from 'vscode-languageserver/node';
import { kernelTree } from '../../scripts/trees.js';
import type { PathsAnswer } from '../../server/src/lsp/paths.js';
import { at, folder, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

const OPEN = `#include "smew.h"

int smew_open(struct smew *smew, unsigned long addr, int nr)
{
	int got = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, smew->pages);

	if (got < 0)
		return got;
	smew->nr = got;
	return 0;
}

int smew_peek(unsigned long addr, bool wait)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (wait)
		return -EAGAIN;
	put_page(page);
	return 0;
}
`;
const CLOSE = `#include "smew.h"

void smew_close(struct smew *smew)
{
	unpin_user_pages(smew->pages, smew->nr);
}
`;

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({
		...treeOf('6.12.5'),
		'drivers/smew/smew.h': 'struct smew { struct page **pages; int nr; };\n',
		'drivers/smew/open.c': OPEN,
		'drivers/smew/close.c': CLOSE,
	});
	session = await Session.start({ capabilities: MODERN, folders: [root] });
	await session.open(`${root}/drivers/smew/open.c`, OPEN);
});
afterAll(() => session.end());

function paths(uri: string, position: Position, rule?: string): Promise<PathsAnswer | null> {
	return session.connection.sendRequest('gup-lens/paths', {
		textDocument: { uri },
		position,
		...(rule === undefined ? {} : { rule }),
	});
}

describe('gup-lens/paths', () => {
	test('tells each path of a call, with ranges of the document and the state at each step', async () => {
		const uri = `${root}/drivers/smew/open.c`;
		const answer = await paths(uri, at(OPEN, 'get_user_pages_fast'));
		expect(answer?.pages).toHaveLength(1);
		const [leak, released, none] = answer?.pages[0]?.paths ?? [];
		expect([leak, released, none].map((path) => path?.ending.kind)).toEqual(['left', 'released', 'none']);
		expect(leak?.steps.map(({ at: place, kind, pages }) => [kind, place.range, pages?.text])).toEqual([
			['acquire', over(OPEN, 'get_user_pages_fast'), '0 or 1 referenced, not checked yet'],
			['test', over(OPEN, 'get_user_pages_fast(addr, 1, 0, &page) != 1'), '1 referenced, 1 left'],
			['test', { start: at(OPEN, 'if (wait)', 4), end: at(OPEN, 'if (wait)', 8) }, '1 referenced, 1 left'],
			['end', over(OPEN, 'return -EAGAIN;'), '1 referenced, 1 left'],
		]);
	});

	test('marks the paths of a finding', async () => {
		const uri = `${root}/drivers/smew/open.c`;
		const marked = await paths(uri, at(OPEN, 'get_user_pages_fast'), 'gup-leak');
		expect(marked?.pages[0]?.paths.map(({ isOfFinding }) => isOfFinding)).toEqual([true, false, false]);
		const other = await paths(uri, at(OPEN, 'get_user_pages_fast'), 'gup-double-release');
		expect(other?.pages[0]?.paths.some(({ isOfFinding }) => isOfFinding)).toBe(false);
	});

	test('leads from a release in one file to the call in another', async () => {
		const uri = `${root}/drivers/smew/close.c`;
		await session.open(uri, CLOSE);
		const answer = await paths(uri, at(CLOSE, 'unpin_user_pages'));
		const [pages] = answer?.pages ?? [];
		expect(pages?.acquire).toMatchObject({
			function: 'smew_open',
			at: { uri: `${root}/drivers/smew/open.c`, range: over(OPEN, 'pin_user_pages_fast') },
		});
		expect(pages?.life.released).toMatchObject([
			{ function: 'smew_close', at: { uri, range: over(CLOSE, 'unpin_user_pages') } },
		]);
		const kept = pages?.paths.find(({ ending }) => ending.kind === 'kept');
		expect(kept?.steps.map(({ at: place }) => place.uri)).toEqual(kept?.steps.map(() => `${root}/drivers/smew/open.c`));
		expect(kept?.steps.at(-1)?.at.range).toEqual(over(OPEN, 'return 0;'));
	});

	test('follows an edit, and says why there is nothing', async () => {
		const uri = `${root}/drivers/smew/edited.c`;
		const text = OPEN.replaceAll('smew', 'edited');
		await session.open(uri, text);
		await session.change(uri, { range: over(text, '\tif (wait)\n\t\treturn -EAGAIN;\n'), text: '' });
		const answer = await paths(uri, at(text, 'get_user_pages_fast'));
		expect(answer?.pages[0]?.paths.map(({ ending }) => ending.kind)).toEqual(['released', 'none']);
		expect(await paths(uri, { line: 0, character: 0 })).toMatchObject({
			pages: [],
			nothing: expect.stringContaining('no function and no GUP call on this line'),
		});
		expect(await paths(`${root}/drivers/never-opened.c`, { line: 0, character: 0 })).toBeNull();
	});

	test('refuses params of the wrong shape', async () => {
		await expect(session.connection.sendRequest('gup-lens/paths', { textDocument: {} })).rejects.toThrow();
		await expect(paths(`${root}/drivers/smew/open.c`, { line: 0, character: 0 }, 7 as never)).rejects.toThrow();
	});

	test.skipIf(kernelTree('6.12') === undefined)('walks the paths of real drivers', async () => {
		const tree = kernelTree('6.12') as string;
		for (const [path, needle] of [
			['drivers/dma-buf/udmabuf.c', 'memfd_pin_folios('],
			['drivers/misc/bcm-vk/bcm_vk_sg.c', 'get_user_pages_fast('],
			['drivers/infiniband/core/umem.c', 'pin_user_pages_fast('],
		] as const) {
			const text = readFileSync(join(tree, path), 'utf8');
			const uri = `file://${tree}/${path}`;
			await session.open(uri, text);
			const answer = await paths(uri, at(text, needle));
			const all = answer?.pages.flatMap((pages) => pages.paths) ?? [];
			expect(all.length, path).toBeGreaterThan(1);
			for (const one of all) expect(one.steps.at(-1)?.kind ?? 'end').toBe('end');
			await session.close(uri);
		}
	});
});
