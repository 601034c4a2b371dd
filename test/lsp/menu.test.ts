/** What Ctrl+. shows on a finding: what puts it right first, what keeps it last, and a look before much changes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CodeAction, CreateFile, type Range, TextDocumentEdit } from 'vscode-languageserver/node';
import { ATTACH, DETACH } from '../support/dunlin.js';
import { folder, over, treeOf } from './fixtures.js';
import { type Capabilities, MODERN, Session } from './session.js';

const capabilities = (resourceOperations: ('create' | 'rename')[]): Capabilities => ({
	...MODERN,
	workspace: {
		...MODERN.workspace,
		workspaceEdit: { documentChanges: true, changeAnnotationSupport: {}, resourceOperations },
	},
	textDocument: {
		...MODERN.textDocument,
		codeAction: {
			...MODERN.textDocument?.codeAction,
			disabledSupport: true,
			dataSupport: true,
			resolveSupport: { properties: ['edit'] },
		},
	},
});

/** Takes pages for a device and spells FOLL_GET out, in two functions. */
const fill = (name: string): string => `int ${name}(struct device *dev, unsigned long addr)
{
	struct page *page;
	dma_addr_t dma;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_GET, &page) != 1)
		return -EFAULT;
	dma = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	twite_wait(dev);
	dma_unmap_page(dev, dma, PAGE_SIZE, DMA_FROM_DEVICE);
	put_page(page);
	return 0;
}
`;
const TWICE = `${fill('twite_read')}\n${fill('twite_fill')}`;

/** A second reference stands in the way of a conversion, and the call has another finding: its result is not looked at. */
const HELD = `int twite_hold(struct twite *tw, unsigned long addr, int nr)
{
	int got = get_user_pages_fast(addr, nr, direction == DMA_FROM_DEVICE, tw->pages);
	int i;

	if (got < 0)
		return got;
	get_page(tw->pages[0]);
	tw->dma = dma_map_page(tw->dev, tw->pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	twite_wait(tw);
	dma_unmap_page(tw->dev, tw->dma, PAGE_SIZE, DMA_FROM_DEVICE);
	for (i = 0; i < got; i++)
		put_page(tw->pages[i]);
	return 0;
}
`;

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({
		...treeOf('6.12.5'),
		'drivers/twite/twice.c': TWICE,
		'drivers/twite/held.c': HELD,
		'drivers/dunlin/attach.c': ATTACH,
		'drivers/dunlin/detach.c': DETACH,
	});
	session = await Session.start({ capabilities: capabilities(['create']), folders: [root] });
});
afterAll(() => session.end());

async function menu(of: Session, name: string, text: string, needle: string | Range, only?: string[]) {
	const uri = `${root}/drivers/${name}`;
	await of.open(uri, text);
	const diagnostics = await of.findings(uri);
	const range = typeof needle === 'string' ? over(text, needle) : needle;
	return { uri, diagnostics, actions: await of.actions(uri, range, { diagnostics, ...(only && { only }) }) };
}

const resolve = (of: Session, action: CodeAction | undefined): Promise<CodeAction> =>
	of.connection.sendRequest('codeAction/resolve', action);

/** The order VS Code brings the quick fixes into: what answers a diagnostic first, of these what is preferred. */
function asShown(actions: readonly CodeAction[]): CodeAction[] {
	const rank = ({ diagnostics, isPreferred }: CodeAction) => (diagnostics?.length ? 0 : 2) + (isPreferred ? 0 : 1);
	return actions.toSorted((a, b) => rank(a) - rank(b));
}

describe('the menu of a finding', () => {
	test('has the fix first, then all of its rule, the conversion, those of the file, and last what keeps the code', async () => {
		const { actions } = await menu(
			session,
			'twite/twice.c',
			TWICE,
			'get_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_GET',
		);
		const titles = [
			'Remove FOLL_GET',
			'Convert to pin_user_pages_fast()',
			'Fix all foll-get-redundant in this file',
			'Convert all in this file',
			'Suppress foll-get-for-dma here with a reason',
			'Suppress foll-get-redundant here with a reason',
		];
		expect(asShown(actions).map(({ title }) => title)).toEqual(titles);
		expect(new Set(actions.map(({ kind }) => kind))).toEqual(new Set(['quickfix']));
		for (const { title, diagnostics } of actions) expect(diagnostics, title).not.toHaveLength(0);
	});

	test('begins with the conversion where that is what the finding asks for', async () => {
		const { actions, diagnostics } = await menu(session, 'twite/twice.c', TWICE, 'get_user_pages_fast');
		expect(asShown(actions)[0]).toMatchObject({
			title: 'Convert to pin_user_pages_fast()',
			kind: 'quickfix',
			isPreferred: true,
			diagnostics: [diagnostics.find(({ code }) => code === 'foll-get-for-dma')],
		});
	});

	test('has conversions as rewriting for who asks for that, anywhere in the call', async () => {
		const { actions } = await menu(session, 'twite/twice.c', TWICE, 'addr, 1', ['refactor']);
		expect(actions.map(({ title, kind }) => ({ title, kind }))).toEqual([
			{ title: 'Convert to pin_user_pages_fast()', kind: 'refactor.rewrite' },
			{ title: 'Convert all in this file', kind: 'refactor.rewrite' },
		]);
	});

	test.each(['get_user_pages_fast', 'direction == DMA_FROM_DEVICE'])(
		'says why a call is not converted, on %s',
		async (needle) => {
			const { actions, diagnostics } = await menu(session, 'twite/held.c', HELD, needle);
			const codes = diagnostics.map(({ code }) => code);
			expect(codes).toEqual(expect.arrayContaining(['foll-get-for-dma', 'foll-flags-not-flags']));
			const refused = actions.find(({ disabled }) => disabled);
			expect(refused).toMatchObject({ title: 'Convert to pin_user_pages()', kind: 'quickfix' });
			expect(refused?.disabled?.reason).toContain('second reference');
			expect(refused?.diagnostics).not.toHaveLength(0);
			expect(actions.at(-1)?.title).toMatch(/^Suppress /);
		},
	);
});

describe('all of a file', () => {
	const CONVERT_ALL = 'source.convertAll.gup-lens';
	const nowhere = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

	test('is converted where it is asked for, wherever the cursor is', async () => {
		const { actions } = await menu(session, 'twite/twice.c', TWICE, nowhere, [CONVERT_ALL]);
		expect(actions).toMatchObject([{ title: 'Convert all in this file', kind: CONVERT_ALL }]);
		const { edit } = await resolve(session, actions[0]);
		const [change] = (edit?.documentChanges ?? []).filter(TextDocumentEdit.is);
		const texts = change?.edits.map((one) => ('newText' in one ? one.newText : '')) ?? [];
		expect(texts.filter((text) => text.includes('pin_user_pages_fast'))).toHaveLength(2);
	});

	test('is its only conversion where there is one, and what blocks that where it is refused', async () => {
		const one = await menu(session, 'dunlin/attach.c', ATTACH, nowhere, [CONVERT_ALL]);
		expect(one.actions).toMatchObject([{ title: 'Convert to pin_user_pages_fast() with FOLL_LONGTERM' }]);
		expect(one.actions[0]?.kind).toBe(CONVERT_ALL);
		const refused = await menu(session, 'twite/held.c', HELD, nowhere, [CONVERT_ALL]);
		expect(refused.actions).toMatchObject([{ disabled: { reason: expect.stringContaining('second reference') } }]);
		expect(await session.actions(refused.uri, nowhere)).toEqual([]);
	});
});

describe('a look before much changes', () => {
	const LOOK = { label: 'Look at the changes first', needsConfirmation: true };

	test('is asked for by a step that does nothing: what must be ticked VS Code leaves out', async () => {
		const { uri, actions } = await menu(session, 'dunlin/attach.c', ATTACH, 'get_user_pages_fast');
		const { edit } = await resolve(session, actions[0]);
		const { look, ...others } = edit?.changeAnnotations ?? {};
		expect(look).toEqual(LOOK);
		expect(Object.values(others).map(({ needsConfirmation }) => needsConfirmation)).not.toContain(true);
		const steps = edit?.documentChanges?.filter((step) => !TextDocumentEdit.is(step)) ?? [];
		expect(steps).toEqual([CreateFile.create(uri, { ignoreIfExists: true }, 'look')]);
	});

	test('is asked for by the changes themselves where no file may be created', async () => {
		const other = await Session.start({ capabilities: capabilities([]), folders: [root] });
		const { actions } = await menu(other, 'dunlin/attach.c', ATTACH, 'get_user_pages_fast');
		const { edit } = await resolve(other, actions[0]);
		const asked = Object.values(edit?.changeAnnotations ?? {}).map(({ needsConfirmation }) => needsConfirmation);
		expect(new Set(asked)).toEqual(new Set([true]));
		expect(edit?.documentChanges?.every((step) => TextDocumentEdit.is(step))).toBe(true);
		await other.end();
	});

	test('is asked for by all fixes of a rule, not by one place, nor by what runs on saving', async () => {
		const { uri, actions } = await menu(session, 'twite/twice.c', TWICE, 'FOLL_GET');
		const of = (title: string) => actions.find((action) => action.title === title)?.edit?.changeAnnotations;
		expect(of('Fix all foll-get-redundant in this file')).toMatchObject({ look: LOOK });
		expect(of('Remove FOLL_GET')).not.toHaveProperty('look');
		const [saving] = await session.actions(uri, over(TWICE, 'FOLL_GET'), { only: ['source.fixAll'] });
		expect(saving?.edit?.documentChanges).toHaveLength(1);
		expect(saving?.edit?.changeAnnotations).toBeUndefined();
	});
});
