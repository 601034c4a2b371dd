import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, codes, folder, GRAB, over, treeOf } from './fixtures.js';
import { type Capabilities, MODERN, Session } from './session.js';

const { textDocument, ...rest } = MODERN;
const { diagnostic: _, ...withoutPull } = textDocument ?? {};
const PUSH: Capabilities = {
	...rest,
	textDocument: {
		...withoutPull,
		publishDiagnostics: { versionSupport: true, relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
	},
};

describe('pulled', () => {
	let session: Session;
	let root: string;
	beforeAll(async () => {
		root = folder(treeOf('6.12.1'));
		session = await Session.start({ capabilities: MODERN, folders: [root] });
	});
	afterAll(() => session.end());

	test('findings have rule, severity, page, tags and exact ranges', async () => {
		const uri = `${root}/drivers/a.c`;
		await session.open(uri, GRAB);
		const [redundant, unpinned] = await session.findings(uri);
		expect(redundant).toMatchObject({ code: 'foll-get-redundant', source: 'gup-lens', severity: 4, tags: [1] });
		expect(redundant?.range).toEqual(over(GRAB, 'FOLL_GET'));
		expect(redundant?.codeDescription?.href).toMatch(/\/docs\/rules\/foll-get-redundant\.md$/);
		expect(unpinned).toMatchObject({ code: 'get-unpin-page', severity: 1 });
		expect(unpinned?.relatedInformation?.[0]?.location.uri).toBe(uri);
		expect(unpinned?.relatedInformation?.[0]?.location.range.start.line).toBe(at(GRAB, 'get_user_pages_fast').line);
	});

	test('the same findings keep their result id, also over edits that change none of them', async () => {
		const uri = `${root}/drivers/b.c`;
		await session.open(uri, GRAB);
		const first = await session.pull(uri);
		expect(first.kind).toBe('full');
		expect(await session.pull(uri, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
		await session.change(uri, { range: { start: at(GRAB, 'return 0'), end: at(GRAB, 'return 0') }, text: '\n' });
		expect(await session.pull(uri, first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
		await session.change(uri, { range: { start: at(GRAB, '#include'), end: at(GRAB, '#include') }, text: '\n' });
		const moved = await session.pull(uri, first.resultId);
		expect(moved.kind).toBe('full');
		expect(moved.resultId).not.toBe(first.resultId);
	});

	test('findings follow incremental edits', async () => {
		const uri = `${root}/drivers/c.c`;
		await session.open(uri, GRAB);
		await session.change(uri, { range: over(GRAB, ' | FOLL_GET'), text: '' });
		expect(codes(await session.findings(uri))).toEqual(['get-unpin-page']);
		await session.change(uri, { range: over(GRAB, 'unpin_user_page'), text: 'put_page' });
		expect(await session.findings(uri)).toEqual([]);
		// Two changes in one message: the second is meant for the text the first has left.
		const start = at(GRAB, 'FOLL_WRITE');
		await session.change(
			uri,
			{ range: { start, end: start }, text: 'FOLL_GET ' },
			{
				range: {
					start: { ...start, character: start.character + 9 },
					end: { ...start, character: start.character + 9 },
				},
				text: '| ',
			},
		);
		expect(codes(await session.findings(uri))).toEqual(['foll-get-redundant']);
	});

	test('columns count UTF-16 units', async () => {
		const uri = `${root}/drivers/d.c`;
		const text = GRAB.replace('int got', '/* 𝒻 ü */ int got').replace('FOLL_WRITE |', '/*🐧*/ FOLL_WRITE |');
		await session.open(uri, text);
		const found = (await session.findings(uri)).find(({ code }) => code === 'foll-get-redundant');
		expect(found?.range).toEqual(over(text, 'FOLL_GET'));
	});

	test('nothing is ever pushed', async () => {
		const uri = `${root}/drivers/e.c`;
		await session.open(uri, GRAB);
		await session.findings(uri);
		await session.close(uri);
		expect(await session.findings(uri)).toEqual([]);
		expect(session.published).toEqual([]);
	});
});

describe('pushed', () => {
	test('on opening, after edits with their version, and emptied on closing', async () => {
		const session = await Session.start({ capabilities: PUSH });
		const uri = 'file:///nowhere/a.c';
		await session.open(uri, GRAB);
		expect(codes(await session.pushed(uri, 1))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		await session.change(uri, { range: over(GRAB, ' | FOLL_GET'), text: '' });
		const version = await session.change(uri, { range: over(GRAB, 'unpin_user_page'), text: 'put_page' });
		expect(await session.pushed(uri, version)).toEqual([]);
		await session.close(uri);
		await session.until(
			() => session.published.findLast((it) => it.uri === uri)?.version === undefined,
			'the emptying',
		);
		expect(session.published.at(-1)).toEqual({ uri, diagnostics: [] });
		await session.end();
	});

	test('while typing goes on, intermediate states are not published', async () => {
		const session = await Session.start({ capabilities: PUSH });
		const uri = 'file:///nowhere/b.c';
		await session.open(uri, GRAB);
		await session.pushed(uri, 1);
		let version = 1;
		for (let i = 0; i < 20; i++) version = await session.change(uri, { text: `${GRAB}/* ${i} */\n` });
		await session.pushed(uri, version);
		expect(session.published.length).toBeLessThan(10);
		await session.end();
	});
});
