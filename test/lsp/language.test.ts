import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CompletionList, Hover, MarkupContent } from 'vscode-languageserver/node';
import { at, folder, GRAB, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder(treeOf('6.12.5'));
	session = await Session.start({ capabilities: MODERN, folders: [root] });
});
afterAll(() => session.end());

let count = 0;
async function opened(text: string): Promise<string> {
	const uri = `${root}/drivers/language${count++}.c`;
	await session.open(uri, text);
	return uri;
}

function contentsOf(hover: Hover | null): MarkupContent {
	if (!hover) throw new Error('no hover');
	return hover.contents as MarkupContent;
}

describe('hover', () => {
	test('explains an API for the kernel of the tree, over its name', async () => {
		const hover = await session.hover(await opened(GRAB), at(GRAB, 'get_user_pages_fast', 4));
		const { kind, value } = contentsOf(hover);
		expect(kind).toBe('markdown');
		expect(value).toMatch(/```c\nint get_user_pages_fast\(unsigned long start, int nr_pages/);
		expect(value).toContain('put_page');
		expect(hover?.range).toEqual(over(GRAB, 'get_user_pages_fast'));
	});

	test('explains a flag, and has nothing to say elsewhere', async () => {
		const uri = await opened(GRAB);
		expect((await session.hover(uri, at(GRAB, 'FOLL_WRITE')))?.contents).toMatchObject({
			value: expect.stringContaining('FOLL_WRITE'),
		});
		expect(await session.hover(uri, at(GRAB, 'return got'))).toBeNull();
	});

	test('tells why an exceptional function keeps its references', async () => {
		const text = 'int __access_remote_vm(struct mm_struct *mm)\n{\n\treturn FOLL_GET;\n}\n';
		const uri = `${root}/mm/memory.c`;
		await session.open(uri, text);
		expect((await session.hover(uri, at(text, '__access_remote_vm')))?.contents).toMatchObject({
			value: expect.stringMatching(/ptrace/i),
		});
	});

	test('is plain text for a client that does not draw Markdown', async () => {
		const plain = await Session.start();
		await plain.open('file:///nowhere/a.c', GRAB);
		const hover = await plain.hover('file:///nowhere/a.c', at(GRAB, 'get_user_pages_fast'));
		const { kind, value } = contentsOf(hover);
		expect(kind).toBe('plaintext');
		expect(value).toContain('get_user_pages_fast(unsigned long start');
		expect(value).not.toMatch(/```|\*\*[A-Z]|\]\(/);
		await plain.end();
	});
});

describe('a macro of the module', () => {
	const MACRO = `#define D_PIN pin_user_pages_fast
#define D_SWAPPED(p, n, a) pin_user_pages_fast(a, n, FOLL_WRITE, p)

int grab(unsigned long start, struct page **pages)
{
	int got = D_PIN(start, 1, FOLL_WRITE, pages);

	return got == 1 ? D_SWAPPED(pages, 1, start) : 0;
}
`;

	test('is explained as what it stands for', async () => {
		const uri = await opened(MACRO);
		const { value } = contentsOf(await session.hover(uri, at(MACRO, 'D_PIN(', 2)));
		expect(value).toMatch(/^`D_PIN` stands for `pin_user_pages_fast\(\)` here\./);
		expect(value).toMatch(/int pin_user_pages_fast\(unsigned long start, int nr_pages/);
		expect(contentsOf(await session.hover(uri, at(MACRO, 'D_SWAPPED(pages', 2))).value).toMatch(
			/^`D_SWAPPED` stands for/,
		);
		expect(await session.hover(uri, at(MACRO, 'grab'))).toBeNull();
	});

	test('has the prototype and the flags of it, where the arguments are the same', async () => {
		const uri = await opened(MACRO);
		expect((await session.signature(uri, at(MACRO, 'FOLL_WRITE, pages')))?.signatures[0]?.label).toContain(
			'pin_user_pages_fast(',
		);
		expect(await session.signature(uri, at(MACRO, '1, start)'))).toBeNull();
		const typed = MACRO.replace('FOLL_WRITE, pages);', 'FOLL_WRITE | , pages);');
		const list = (await session.completion(await opened(typed), at(typed, '| ,', 2))) as CompletionList;
		expect(list.items.map(({ label }) => label)).toContain('FOLL_LONGTERM');
	});
});

describe('completion', () => {
	async function labels(text: string, marker: string, context?: object): Promise<string[]> {
		const uri = await opened(text);
		const list = await session.connection.sendRequest<CompletionList | null>('textDocument/completion', {
			textDocument: { uri },
			position: at(text, marker, marker.length),
			...(context ? { context } : {}),
		});
		return list?.items.map(({ label }) => label) ?? [];
	}

	test('gives the flags that may stand there, and replaces the word begun', async () => {
		const text = GRAB.replace('FOLL_WRITE | FOLL_GET', 'FOLL_WRITE | FOL');
		const uri = await opened(text);
		const list = (await session.completion(uri, at(text, '| FOL', 5))) as CompletionList;
		const names = list.items.map(({ label }) => label);
		expect(names).toContain('FOLL_NOFAULT');
		expect(names).not.toContain('FOLL_WRITE');
		expect(names).not.toContain('FOLL_PIN');
		expect(names).not.toContain('FOLL_LONGTERM');
		const item = list.items.find(({ label }) => label === 'FOLL_NOFAULT');
		const begun = over(text, '| FOL');
		const start = { ...begun.start, character: begun.start.character + 2 };
		expect(item?.textEdit).toEqual({ range: { start, end: begun.end }, newText: 'FOLL_NOFAULT' });
		expect(item?.documentation).toMatchObject({ kind: 'markdown', value: expect.stringContaining('FOLL_NOFAULT') });
	});

	test('comes with the blank behind a bar or a comma, and with no other blank', async () => {
		const blank = { triggerKind: 2, triggerCharacter: ' ' };
		const behindBar = GRAB.replace('FOLL_WRITE | FOLL_GET', 'FOLL_WRITE | ');
		expect(await labels(behindBar, 'FOLL_WRITE | ', blank)).toContain('FOLL_NOFAULT');
		const behindComma = GRAB.replace('FOLL_WRITE | FOLL_GET', '');
		expect(await labels(behindComma, '1, ', blank)).toContain('FOLL_WRITE');
		expect(await labels(GRAB, 'int ', blank)).toEqual([]);
		expect(await labels(GRAB, 'if (got ', blank)).toEqual([]);
	});

	test('has nothing to offer in comments, strings and other arguments', async () => {
		expect(await labels(GRAB.replace('FOLL_WRITE', '/* | */ FOLL_WRITE'), '/* |')).toEqual([]);
		expect(await labels(GRAB, 'get_user_pages_fast(sta')).toEqual([]);
	});
});

describe('signature help', () => {
	test('shows the prototype of this kernel and marks the argument', async () => {
		const uri = await opened(GRAB);
		const help = await session.signature(uri, at(GRAB, 'FOLL_WRITE'));
		const signature = help?.signatures[0];
		expect(signature?.label).toMatch(/^int get_user_pages_fast\(unsigned long start/);
		expect(help?.activeParameter).toBe(2);
		const label = signature?.parameters?.[2]?.label as [number, number];
		expect(signature?.label.slice(...label)).toBe('unsigned int gup_flags');
	});

	test('gives the labels as text where offsets are not understood', async () => {
		const plain = await Session.start();
		await plain.open('file:///nowhere/a.c', GRAB);
		const help = await plain.signature('file:///nowhere/a.c', at(GRAB, 'FOLL_WRITE'));
		expect(help?.signatures[0]?.parameters?.[2]?.label).toBe('unsigned int gup_flags');
		await plain.end();
	});

	test('is silent outside the family', async () => {
		expect(await session.signature(await opened(GRAB), at(GRAB, 'got < 1'))).toBeNull();
	});
});

test('answers are about the text the client asked on, although edits follow at once', async () => {
	const uri = await opened(GRAB);
	const asked = session.hover(uri, at(GRAB, 'get_user_pages_fast'));
	const start = { line: 0, character: 0 };
	await session.change(uri, { range: { start, end: start }, text: '\n\n\n' });
	expect((await asked)?.range).toEqual(over(GRAB, 'get_user_pages_fast'));
});
