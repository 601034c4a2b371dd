/** Conversions as code actions: over two files, with a preview, refused where something speaks against them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodeAction, TextDocumentEdit, TextEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { codes, folder, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

const ATTACH = `#include "dunlin.h"

static int dunlin_attach(struct dunlin *dun, unsigned long addr)
{
	int got = get_user_pages_fast(addr, 16, FOLL_WRITE, dun->pages);

	if (got != 16) {
		if (got > 0)
			release_pages(dun->pages, got);
		return -EFAULT;
	}
	dun->vaddr = vmap(dun->pages, 16, VM_MAP, PAGE_KERNEL);
	return 0;
}
`;
const DETACH = `#include "dunlin.h"

void dunlin_detach(struct dunlin *dun)
{
	vunmap(dun->vaddr);
	release_pages(dun->pages, 16);
}
`;

const CAPABLE = {
	...MODERN,
	workspace: {
		...MODERN.workspace,
		workspaceEdit: { documentChanges: true, changeAnnotationSupport: {} },
	},
	textDocument: {
		...MODERN.textDocument,
		codeAction: {
			...MODERN.textDocument?.codeAction,
			codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor', 'source.fixAll'] } },
			disabledSupport: true,
			dataSupport: true,
			resolveSupport: { properties: ['edit'] },
		},
	},
};

let session: Session;
let root: string;
beforeAll(async () => {
	const driver = (name: string, attach: string): Record<string, string> => ({
		[`drivers/${name}/attach.c`]: attach.replaceAll('dunlin', name),
		[`drivers/${name}/detach.c`]: DETACH.replaceAll('dunlin', name),
	});
	root = folder({
		...treeOf('6.12.5'),
		...driver('dunlin', ATTACH),
		...driver('knot', ATTACH),
		...driver('sanderling', ATTACH),
		'drivers/ruff/attach.c': ATTACH.replaceAll('dunlin', 'ruff').replace(
			'dun->vaddr',
			'get_page(dun->pages[0]);\n\tdun->vaddr',
		),
	});
	session = await Session.start({ capabilities: CAPABLE, folders: [root] });
});
afterAll(() => session.end());

const rewrites = async (uri: string, text: string): Promise<CodeAction[]> => {
	await session.findings(uri);
	return session.actions(uri, over(text, 'get_user_pages_fast'), { only: ['refactor.rewrite'] });
};
const resolve = (action: CodeAction | undefined): Promise<CodeAction> =>
	session.connection.sendRequest('codeAction/resolve', action);

describe('a conversion', () => {
	test('changes both files in one edit, with a label on each change', async () => {
		const uri = `${root}/drivers/dunlin/attach.c`;
		await session.open(uri, ATTACH);
		const actions = await rewrites(uri, ATTACH);
		expect(actions.map(({ title, kind, edit }) => ({ title, kind, edit }))).toEqual([
			{ title: 'Convert to pin_user_pages_fast() with FOLL_LONGTERM', kind: 'refactor.rewrite' },
			{ title: 'Convert to pin_user_pages_fast()', kind: 'refactor.rewrite' },
		]);
		const { edit } = await resolve(actions[0]);
		const changes = (edit?.documentChanges ?? []) as TextDocumentEdit[];
		expect(changes.map(({ textDocument }) => textDocument)).toEqual([
			{ uri, version: session.version(uri) },
			{ uri: `${root}/drivers/dunlin/detach.c`, version: null },
		]);
		const [attach, detach] = changes.map(({ edits }, i) =>
			TextDocument.applyEdits(TextDocument.create('', 'c', 1, i === 0 ? ATTACH : DETACH), edits as TextEdit[]),
		);
		expect(attach).toContain('pin_user_pages_fast(addr, 16, FOLL_WRITE | FOLL_LONGTERM,');
		expect(detach).toBe(DETACH.replace('release_pages', 'unpin_user_pages'));
		expect(Object.keys(edit?.changeAnnotations ?? {}).sort()).toEqual(['release', 'take']);
		for (const { edits } of changes) for (const one of edits) expect(one).toHaveProperty('annotationId');

		await session.change(uri, { text: attach as string });
		const other = `${root}/drivers/dunlin/detach.c`;
		await session.open(other, DETACH);
		await session.change(other, { text: detach as string });
		await session.connection.sendNotification('textDocument/didSave', { textDocument: { uri: other } });
		expect(codes(await session.findings(uri))).toEqual([]);
	});

	test('is not made on a file that has changed meanwhile, whether it is open or not', async () => {
		const uri = `${root}/drivers/knot/attach.c`;
		const text = ATTACH.replaceAll('dunlin', 'knot');
		await session.open(uri, text);
		const actions = await rewrites(uri, text);
		const path = fileURLToPath(`${root}/drivers/knot/detach.c`);
		writeFileSync(path, `\n${readFileSync(path, 'utf8')}`);
		expect((await resolve(actions[0])).edit).toBeUndefined();

		const own = `${root}/drivers/sanderling/attach.c`;
		const before = ATTACH.replaceAll('dunlin', 'sanderling');
		await session.open(own, before);
		const offered = await rewrites(own, before);
		expect(offered).toHaveLength(2);
		await session.change(own, { text: `\n${before}` });
		expect((await resolve(offered[0])).edit).toBeUndefined();
	});

	test('that is refused says what blocks it', async () => {
		const uri = `${root}/drivers/ruff/attach.c`;
		const text = readFileSync(fileURLToPath(uri), 'utf8');
		await session.open(uri, text);
		const actions = await rewrites(uri, text);
		expect(actions).toMatchObject([{ title: 'Convert to pin_user_pages()', kind: 'refactor.rewrite' }]);
		expect(actions[0]?.disabled?.reason).toMatch(/^get_page\(\) in ruff_attach\(\) takes a second reference/);
	});
});
