import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
	type CodeLens,
	type DocumentHighlight,
	DocumentHighlightKind,
	type MarkupContent,
	type Position,
} from 'vscode-languageserver/node';
import { at, folder, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

/** Pins into a field, gives back in a helper and in another function, and forgets them on one way. */
const DUNLIN = `#include <linux/mm.h>

struct dunlin {
	struct page **pages;
	int nr;
};

static void dunlin_put(struct page **pages, int nr)
{
	unpin_user_pages(pages, nr);
}

int dunlin_open(struct dunlin *dunlin, unsigned long addr, int nr)
{
	dunlin->nr = pin_user_pages_fast(addr, nr, FOLL_LONGTERM, dunlin->pages);
	if (dunlin->nr < 0)
		return dunlin->nr;
	return 0;
}

void dunlin_close(struct dunlin *dunlin)
{
	dunlin_put(dunlin->pages, dunlin->nr);
}

int dunlin_peek(unsigned long addr, bool wait)
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

const { Read, Write } = DocumentHighlightKind;

let session: Session;
let root: string;
let lenses = true;
beforeAll(async () => {
	root = folder(treeOf('6.12.5'));
	session = await Session.start({
		capabilities: { ...MODERN, workspace: { ...MODERN.workspace, codeLens: { refreshSupport: true } } },
		folders: [root],
		configuration: () => ({ codeLens: { enable: lenses } }),
	});
});
afterAll(() => session.end());

let count = 0;
async function opened(text = DUNLIN): Promise<string> {
	const uri = `${root}/drivers/partners${count++}.c`;
	await session.open(uri, text);
	return uri;
}

function lineOf(needle: string): number {
	return at(DUNLIN, needle).line + 1;
}

async function hover(needle: string, uri?: string): Promise<string> {
	const found = await session.hover(uri ?? (await opened()), at(DUNLIN, needle, 2));
	return (found?.contents as MarkupContent | undefined)?.value ?? '';
}

async function highlights(uri: string, position: Position): Promise<DocumentHighlight[] | null> {
	return session.connection.sendRequest('textDocument/documentHighlight', { textDocument: { uri }, position });
}

async function lens(uri: string): Promise<CodeLens[] | null> {
	return session.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
}

describe('hover', () => {
	test('on a taking call names who gives the pages back, with the way there', async () => {
		const uri = await opened();
		const helper = lineOf('unpin_user_pages(');
		const caller = lineOf('dunlin_put(dunlin->pages');
		expect(await hover('pin_user_pages_fast', uri)).toContain(
			`**In this file** pinned here, released by\n\n- \`unpin_user_pages()\` in \`dunlin_put()\`, [line ${helper}](${uri}#L${helper}), called by \`dunlin_close()\` on [line ${caller}](${uri}#L${caller})`,
		);
	});

	test('tells of a way that leaves without', async () => {
		const value = await hover('get_user_pages_fast');
		expect(value).toContain('**In this file** referenced here, released by\n\n- `put_page()` in `dunlin_peek()`');
		expect(value).toContain('**1 of 2 exit paths does not release.**');
	});

	test('on a release names who took the pages', async () => {
		expect(await hover('unpin_user_pages(')).toMatch(
			/\*\*In this file\*\* releases pages\n\n- pinned by `pin_user_pages_fast\(\)` in `dunlin_open\(\)`, \[line \d+\]/,
		);
	});

	test('still explains the function itself', async () => {
		expect(await hover('put_page(page)')).toMatch(/```c\nvoid put_page\(.*\*\*In this file\*\*.*Kernel 6\.12\.5/s);
	});

	test('has no links where they are not drawn', async () => {
		const plain = await Session.start();
		await plain.open('file:///nowhere/a.c', DUNLIN);
		const found = await plain.hover('file:///nowhere/a.c', at(DUNLIN, 'get_user_pages_fast'));
		const value = (found?.contents as MarkupContent | undefined)?.value;
		expect(value).toContain('In this file: referenced here, released by');
		expect(value).toContain(`- put_page() in dunlin_peek(), line ${lineOf('put_page(page)')}\n`);
		await plain.end();
	});
});

describe('highlight', () => {
	test('marks what takes as written and what gives back as read, from either side', async () => {
		const uri = await opened();
		const expected = [
			{ range: over(DUNLIN, 'get_user_pages_fast'), kind: Write },
			{ range: { ...over(DUNLIN, 'put_page(page)'), end: at(DUNLIN, 'put_page(page)', 8) }, kind: Read },
		];
		expect(await highlights(uri, at(DUNLIN, 'get_user_pages_fast', 3))).toEqual(expected);
		expect(await highlights(uri, at(DUNLIN, 'put_page(page)', 8))).toEqual(expected);
	});

	test('marks across functions', async () => {
		const uri = await opened();
		const found = await highlights(uri, at(DUNLIN, 'unpin_user_pages(', 1));
		expect(found?.map(({ range, kind }) => [range.start.line + 1, kind])).toEqual([
			[lineOf('pin_user_pages_fast'), Write],
			[lineOf('unpin_user_pages('), Read],
			[lineOf('dunlin_put(dunlin->pages'), Read],
		]);
	});

	test('leaves every other word to the editor', async () => {
		const uri = await opened();
		expect(await highlights(uri, at(DUNLIN, 'addr'))).toBeNull();
		expect(await highlights(uri, at(DUNLIN, 'FOLL_LONGTERM'))).toBeNull();
		const other = await opened('int a(int b)\n{\n\treturn b;\n}\n');
		expect(await highlights(other, { line: 2, character: 9 })).toBeNull();
	});
});

describe('code lens', () => {
	const told = [
		[lineOf('pin_user_pages_fast'), 'pinned here, unpinned in 1 place'],
		[lineOf('get_user_pages_fast'), 'referenced here, put in 1 place; 1 path leaks'],
	];

	async function titles(uri: string): Promise<unknown[] | undefined> {
		return (await lens(uri))?.map(({ range, command }) => [range.start.line + 1, command?.title]);
	}

	test('stands above each taking call, and follows an edit', async () => {
		const uri = await opened();
		expect(await titles(uri)).toEqual(told);
		const put = over(DUNLIN, '\tput_page(page);\n');
		await session.change(uri, { range: put, text: '' });
		expect(await titles(uri)).toEqual([
			told[0],
			[lineOf('get_user_pages_fast'), 'referenced here, not put in this file; 2 paths leak'],
		]);
	});

	test('is off unless it is asked for, and comes and goes with the setting', async () => {
		const uri = await opened();
		const asked = new Promise<void>((resolve) => {
			session.connection.onRequest('workspace/codeLens/refresh', () => {
				resolve();
				return null;
			});
		});
		lenses = false;
		await session.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
		await asked;
		expect(await lens(uri)).toBeNull();
		lenses = true;
		const plain = await Session.start();
		await plain.open('file:///nowhere/a.c', DUNLIN);
		const found = await plain.connection.sendRequest('textDocument/codeLens', {
			textDocument: { uri: 'file:///nowhere/a.c' },
		});
		expect(found).toBeNull();
		await plain.end();
	});

	test('a setting that is no answer is named', async () => {
		const asking = await Session.start({ initializationOptions: { codeLens: { enable: 'yes' } } });
		await asking.open('file:///nowhere/a.c', DUNLIN);
		await asking.until(
			() => asking.logged.some((said) => said.includes('gup-lens.codeLens.enable is "yes", not true or false')),
			'the complaint',
		);
		await asking.end();
	});
});

test('half-typed code has no partners and breaks nothing', async () => {
	const uri = await opened();
	await session.change(uri, { range: over(DUNLIN, '\tif (wait)'), text: '\tif (wait {{{' });
	expect(await hover('pin_user_pages_fast', uri)).toContain('pin_user_pages_fast');
	expect(await highlights(uri, at(DUNLIN, 'get_user_pages_fast', 3))).toBeNull();
});
