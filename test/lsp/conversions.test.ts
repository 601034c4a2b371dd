/** Conversions as code actions: over two files, with a preview, refused where something speaks against them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CodeAction, TextDocumentEdit, type TextEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { ATTACH, DETACH, PINNED, UNPINNED } from '../support/dunlin.js';
import { HANDED } from '../support/tern.js';
import { codes, folder, over, treeOf } from './fixtures.js';
import { type Capabilities, MODERN, Session } from './session.js';

const one = (name: string): string => `static int ${name}(struct reeve *re, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	re->addr = dma_map_page(re->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	reeve_wait(re);
	dma_unmap_page(re->dev, re->addr, PAGE_SIZE, DMA_FROM_DEVICE);
	put_page(page);
	return 0;
}
`;
const BOTH = `${one('reeve_read')}\n${one('reeve_fill')}`;

const CAPABLE: Capabilities = {
	...MODERN,
	workspace: {
		...MODERN.workspace,
		workspaceEdit: { documentChanges: true, changeAnnotationSupport: {}, resourceOperations: ['create'] },
	},
	textDocument: {
		...MODERN.textDocument,
		diagnostic: { ...MODERN.textDocument?.diagnostic, relatedInformation: true },
		publishDiagnostics: { ...MODERN.textDocument?.publishDiagnostics, relatedInformation: true },
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
		'drivers/both/both.c': BOTH,
		'drivers/tern/tern.c': HANDED,
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
		const changes = (edit?.documentChanges ?? []).filter(TextDocumentEdit.is);
		expect(changes.map(({ textDocument }) => textDocument)).toEqual([
			{ uri, version: session.version(uri) },
			{ uri: `${root}/drivers/dunlin/detach.c`, version: null },
		]);
		const [attach, detach] = changes.map(({ edits }, i) =>
			TextDocument.applyEdits(TextDocument.create('', 'c', 1, i === 0 ? ATTACH : DETACH), edits as TextEdit[]),
		);
		expect(attach).toBe(PINNED);
		expect(detach).toBe(UNPINNED);
		expect(Object.keys(edit?.changeAnnotations ?? {}).sort()).toEqual(['declaration', 'look', 'release', 'take']);
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
		const reason = expect.stringMatching(/^get_page\(\) in ruff_attach\(\) takes a second reference/);
		expect(actions[0]?.disabled).toEqual({ reason });
		const [found] = (await session.findings(uri)).filter(({ code }) => code === 'foll-get-for-dma');
		expect(found?.relatedInformation?.slice(-2)).toMatchObject([
			{
				location: { uri, range: over(text, 'get_user_pages_fast') },
				message: expect.stringMatching(/^cannot convert: get_page/),
			},
			{ location: { uri, range: over(text, 'get_page') }, message: 'second reference acquired here' },
		]);
	});

	test('that a person has to decide about is a draft, with the decisions in its preview', async () => {
		const uri = `${root}/drivers/tern/tern.c`;
		await session.open(uri, HANDED);
		await session.findings(uri);
		const all = await session.actions(uri, over(HANDED, 'get_user_pages_fast'));
		const titles = all.map(({ title, kind, isPreferred }) => ({ title, kind, isPreferred }));
		expect(titles.filter(({ title }) => /[Cc]onvert/.test(title))).toEqual([
			{ title: expect.stringMatching(/^Convert to/), kind: 'quickfix' },
			{ title: 'Draft: Convert to pin_user_pages_fast()', kind: 'refactor.rewrite' },
		]);
		const fixes = await session.actions(uri, over(HANDED, 'get_user_pages_fast'), { only: ['quickfix'] });
		expect(fixes.filter(({ title }) => title.startsWith('Draft'))).toEqual([]);
		const draft = (await rewrites(uri, HANDED)).find(({ title }) => title.startsWith('Draft'));
		const { edit } = await resolve(draft);
		const [change] = (edit?.documentChanges ?? []).filter(TextDocumentEdit.is);
		const after = TextDocument.applyEdits(TextDocument.create('', 'c', 1, HANDED), change?.edits as TextEdit[]);
		expect(after).toContain('pin_user_pages_fast(addr, nr, FOLL_WRITE, pages)');
		expect(Object.values(edit?.changeAnnotations ?? {})).toContainEqual({
			label: 'Draft: decide first',
			description: expect.stringMatching(/^1\. tern_engine_write\(\) gets the pages/),
			needsConfirmation: true,
		});
	});

	test('that a person has to decide about says so at each change where the client cannot ask before', async () => {
		const workspace = {
			...CAPABLE.workspace,
			workspaceEdit: { documentChanges: true, changeAnnotationSupport: {}, resourceOperations: [] },
		};
		const other = await Session.start({ capabilities: { ...CAPABLE, workspace }, folders: [root] });
		const uri = `${root}/drivers/tern/tern.c`;
		await other.open(uri, HANDED);
		await other.findings(uri);
		const all = await other.actions(uri, over(HANDED, 'get_user_pages_fast'));
		const draft = all.find(({ title }) => title.startsWith('Draft'));
		const { edit } = await other.connection.sendRequest<CodeAction>('codeAction/resolve', draft);
		const annotations = Object.values(edit?.changeAnnotations ?? {});
		expect(annotations.length).toBeGreaterThan(0);
		for (const { description, needsConfirmation } of annotations) {
			expect(description).toMatch(/^1\. tern_engine_write\(\) gets the pages/);
			expect(needsConfirmation).toBe(true);
		}
		await other.end();
	});

	test('of all calls of a file is one action', async () => {
		const uri = `${root}/drivers/both/both.c`;
		await session.open(uri, BOTH);
		const actions = await rewrites(uri, BOTH);
		expect(actions.map(({ title }) => title)).toEqual(['Convert to pin_user_pages_fast()', 'Convert all in this file']);
		const { edit } = await resolve(actions[1]);
		const [change] = (edit?.documentChanges ?? []).filter(TextDocumentEdit.is);
		const after = TextDocument.applyEdits(TextDocument.create('', 'c', 1, BOTH), change?.edits as TextEdit[]);
		expect(after).toBe(
			BOTH.replaceAll('get_user', 'pin_user').replaceAll(
				'put_page(page)',
				'unpin_user_pages_dirty_lock(&page, 1, true)',
			),
		);
	});
});
