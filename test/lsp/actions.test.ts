import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodeAction, Range, TextDocumentEdit, TextEdit } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { at, codes, GRAB, over } from './fixtures.js';
import { MODERN, Session } from './session.js';

let session: Session;
beforeAll(async () => {
	session = await Session.start({ capabilities: MODERN, configuration: () => ({ kernel: '6.12' }) });
});
afterAll(() => session.end());

/** The text a client has after it applied the action. */
function applied(text: string, action: CodeAction | undefined): string {
	const [change] = (action?.edit?.documentChanges ?? []) as TextDocumentEdit[];
	if (!change) throw new Error('the action edits nothing');
	expect(change.textDocument.version).toBe(session.version(change.textDocument.uri));
	return TextDocument.applyEdits(TextDocument.create('', 'c', 1, text), change.edits as TextEdit[]);
}

let count = 0;
async function opened(text: string): Promise<string> {
	const uri = `file:///nowhere/actions${count++}.c`;
	await session.open(uri, text);
	return uri;
}

const CURSOR: Range = { start: at(GRAB, 'FOLL_GET', 3), end: at(GRAB, 'FOLL_GET', 3) };
const TWICE = GRAB + GRAB.replace('#include <linux/mm.h>\n', '').replace('grab', 'grab_again');

describe('quick fixes', () => {
	test('repair one finding; the client applies them and the finding is gone', async () => {
		const uri = await opened(GRAB);
		const diagnostics = await session.findings(uri);
		const actions = await session.actions(uri, CURSOR, { diagnostics });
		const fix = actions.find(({ isPreferred }) => isPreferred);
		expect(fix).toMatchObject({ kind: 'quickfix', diagnostics: [{ code: 'foll-get-redundant' }] });
		expect(fix?.diagnostics?.[0]).toEqual(diagnostics.find(({ code }) => code === 'foll-get-redundant'));
		const text = applied(GRAB, fix);
		expect(text).toBe(GRAB.replace('FOLL_WRITE | FOLL_GET', 'FOLL_WRITE'));
		await session.change(uri, { text });
		expect(codes(await session.findings(uri))).toEqual(['get-unpin-page']);
	});

	test('are bound to the version they were made for', async () => {
		const uri = await opened(GRAB);
		const start = at(GRAB, 'int grab');
		await session.change(uri, { range: { start, end: start }, text: '\n\n' });
		const cursor = { line: CURSOR.start.line + 2, character: CURSOR.start.character };
		const [fix] = await session.actions(uri, { start: cursor, end: cursor });
		expect(applied(GRAB.replace('int grab', '\n\nint grab'), fix)).not.toContain('FOLL_GET');
	});

	test('are not offered where nothing was found, nor for kinds that were not asked for', async () => {
		const uri = await opened(GRAB);
		const elsewhere = over(GRAB, '#include');
		expect(await session.actions(uri, elsewhere)).toEqual([]);
		expect(await session.actions(uri, CURSOR, { only: ['refactor'] })).toEqual([]);
	});

	test('repair all findings of one rule in the file', async () => {
		const uri = await opened(TWICE);
		const actions = await session.actions(uri, CURSOR, { only: ['quickfix'] });
		const all = actions.find(({ title }) => title === 'Fix all foll-get-redundant in this file');
		const text = applied(TWICE, all);
		expect(text).toBe(TWICE.replaceAll(' | FOLL_GET', ''));
	});
});

describe('source.fixAll', () => {
	test.each(['source', 'source.fixAll', 'source.fixAll.gup-lens'])('asked as %s does every safe fix', async (kind) => {
		const uri = await opened(TWICE);
		const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
		const actions = await session.actions(uri, nowhere, { only: [kind] });
		expect(actions.map((action) => action.kind)).toEqual(['source.fixAll.gup-lens']);
		expect(applied(TWICE, actions[0])).not.toContain('FOLL_GET');
	});

	test('is not offered unasked, nor of another tool', async () => {
		const uri = await opened(TWICE);
		for (const context of [{}, { only: ['source.fixAll.eslint'] }, { only: ['source.organizeImports'] }]) {
			const kinds = (await session.actions(uri, CURSOR, context)).map(({ kind }) => kind);
			expect(kinds).not.toContain('source.fixAll.gup-lens');
		}
	});
});

describe('keeping the code', () => {
	async function kept(text: string, needle: string): Promise<string> {
		const uri = await opened(text);
		const actions = await session.actions(uri, over(text, needle));
		return applied(
			text,
			actions.find(({ title }) => title.startsWith('Suppress ')),
		);
	}

	test('inserts a comment above whose reason is left to write', async () => {
		const text = await kept(GRAB, 'FOLL_GET');
		expect(text).toContain('\n\t/* gup-lens: keep foll-get-redundant -- */\n\tint got = get_user_pages_fast');
		const uri = await opened(text);
		const found = codes(await session.findings(uri));
		expect(found).not.toContain('foll-get-redundant');
		expect(found).toHaveLength(2);
		const reasoned = await opened(text.replace('-- */', '-- shown in the talk */'));
		expect(codes(await session.findings(reasoned))).toEqual(['get-unpin-page']);
	});

	test('keeps line ends, and the lines of a macro together', async () => {
		expect(await kept(GRAB.replaceAll('\n', '\r\n'), 'FOLL_GET')).toContain('-- */\r\n\tint got');
		const macro = '#define TAKE(start, pages) \\\n\tget_user_pages_fast(start, 1, FOLL_GET, pages)\n';
		const text = await kept(macro, 'FOLL_GET');
		expect(text).toContain('\\\n\t/* gup-lens: keep foll-get-redundant -- */ \\\n\tget_user');
		const uri = await opened(text);
		expect(codes(await session.findings(uri))).toEqual(['suppression']);
	});

	test('is not offered for the comment itself', async () => {
		const text = GRAB.replace('\tint got', '\t/* gup-lens: keep foll-get-redundant -- */\n\tint got');
		const uri = await opened(text);
		expect(codes(await session.findings(uri))).toContain('suppression');
		const titles = (await session.actions(uri, over(text, 'gup-lens: keep'))).map(({ title }) => title);
		expect(titles.filter((title) => title.startsWith('Suppress'))).toEqual([]);
	});
});

describe('a selection with many findings', () => {
	const FUNCTIONS = 400;
	const MANY = Array.from(
		{ length: FUNCTIONS },
		(_, i) => `void f${i}(struct page **p) { get_user_pages_fast(0, 1, FOLL_GET | FOLL_PIN, p); }\n`,
	).join('');
	const ALL: Range = { start: { line: 0, character: 0 }, end: { line: FUNCTIONS, character: 0 } };
	const KEEP = /^Suppress /;
	let capable: Session;
	beforeAll(async () => {
		const codeAction = {
			...MODERN.textDocument?.codeAction,
			disabledSupport: true,
			dataSupport: true,
			resolveSupport: { properties: ['edit'] },
		};
		capable = await Session.start({
			capabilities: { ...MODERN, textDocument: { ...MODERN.textDocument, codeAction } },
		});
	});
	afterAll(() => capable.end());

	async function manyIn(client: Session, name: string): Promise<{ uri: string; actions: CodeAction[] }> {
		const uri = `file:///nowhere/${name}.c`;
		await client.open(uri, MANY);
		const diagnostics = await client.findings(uri);
		expect(diagnostics).toHaveLength(2 * FUNCTIONS);
		return { uri, actions: await client.actions(uri, ALL, { diagnostics }) };
	}
	const resolve = (action: CodeAction | undefined): Promise<CodeAction> =>
		capable.connection.sendRequest('codeAction/resolve', action);
	const textAfter = ({ edit }: CodeAction): string => {
		const [change] = (edit?.documentChanges ?? []) as TextDocumentEdit[];
		return TextDocument.applyEdits(TextDocument.create('', 'c', 1, MANY), (change?.edits ?? []) as TextEdit[]);
	};

	test('has a menu that can be read, and tries nothing before it is chosen', async () => {
		const { actions } = await manyIn(capable, 'many');
		const keeping = actions.filter(({ title }) => KEEP.test(title));
		expect(keeping).toHaveLength(50);
		expect(actions.length).toBeLessThan(150);
		const fixes = actions.filter(({ title }) => title === 'Remove FOLL_GET');
		expect(fixes).toHaveLength(25);
		// trying one costs an analysis of the whole file
		expect(fixes.filter(({ edit }) => edit).length).toBeLessThanOrEqual(1);
		expect(actions.at(-1)).toMatchObject({
			title: `Fixes of ${2 * FUNCTIONS - 50} more findings`,
			disabled: { reason: expect.stringMatching(/first 50 findings .* select fewer lines$/) },
		});
		const last = fixes.at(-1);
		expect(last?.diagnostics).toMatchObject([{ code: 'foll-get-redundant' }]);
		const fixed = textAfter(await resolve(last));
		expect(fixed).toBe(
			MANY.replace('void f24(struct page **p) { get_user_pages_fast(0, 1, FOLL_GET | ', (it) => it.slice(0, -11)),
		);
	});

	test('has all fixes of a rule in one action, worked out when it is chosen', async () => {
		const { uri, actions } = await manyIn(capable, 'rule');
		const all = actions.find(({ title }) => title === 'Fix all foll-get-redundant in this file');
		expect(all?.edit).toBeUndefined();
		expect(textAfter(await resolve(all))).toBe(MANY.replaceAll('FOLL_GET | ', ''));
		const [safe] = await capable.actions(uri, ALL, { only: ['source.fixAll'] });
		expect(textAfter(await resolve(safe))).toBe(MANY.replaceAll('FOLL_GET | ', ''));
	});

	test('has no conversions listed where the file is long: it would have to be analysed once more', async () => {
		const uri = 'file:///nowhere/long.c';
		const driver = `#include <linux/mm.h>
int dma(unsigned long a, struct page **p, struct device *dev)
{
	int n = get_user_pages_fast(a, 1, FOLL_WRITE, p);
	if (n != 1)
		return -EFAULT;
	dma_map_page(dev, p[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	put_page(p[0]);
	return 0;
}
`;
		const titles = async (): Promise<string[]> =>
			(await capable.actions(uri, { start: { line: 3, character: 10 }, end: { line: 3, character: 10 } }, {})).map(
				({ title }) => title,
			);
		await capable.open(uri, driver);
		expect(await titles()).toContainEqual(expect.stringMatching(/^Convert to pin_user_pages/));
		await capable.change(uri, { text: `${driver}/* ${'x'.repeat(600_000)} */\n` });
		const listed = await titles();
		expect(listed).toContain('Conversions are not listed');
		expect(listed).not.toContainEqual(expect.stringMatching(/^Convert to/));
	});

	test('that was edited meanwhile is not fixed, and the user is told', async () => {
		const { uri, actions } = await manyIn(capable, 'edited');
		await capable.change(uri, { text: `\n${MANY}` });
		const last = actions.findLast(({ data }) => data);
		expect((await resolve(last)).edit).toBeUndefined();
		expect(capable.shown).toContain('Not fixed: the file has changed.');
	});

	test('has no fixes for a client that cannot ask for them when they are chosen, and its log says so', async () => {
		const { uri, actions } = await manyIn(session, 'plain');
		for (const action of actions) expect(action.edit).toBeDefined();
		expect(actions.filter(({ title }) => !KEEP.test(title)).length).toBeLessThanOrEqual(1);
		expect(session.logged.filter((message) => message.startsWith(`${uri}: not all fixes are listed`))).toHaveLength(1);
	});
});

describe('a client without code action literals', () => {
	test('gets commands, and the server sends the edit', async () => {
		const plain = await Session.start();
		const edits: unknown[] = [];
		plain.connection.onRequest('workspace/applyEdit', (params) => {
			edits.push(params);
			return { applied: true };
		});
		const uri = 'file:///nowhere/a.c';
		await plain.open(uri, GRAB);
		const actions = (await plain.actions(uri, CURSOR)) as unknown as { command: string; arguments: unknown[] }[];
		expect(actions[0]).toMatchObject({ command: 'gup-lens.applyEdit' });
		await plain.connection.sendRequest('workspace/executeCommand', actions[0]);
		expect(edits).toMatchObject([{ edit: { changes: { [uri]: [{ newText: expect.any(String) }] } } }]);
		await plain.end();
	});
});
