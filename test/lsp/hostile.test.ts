/** What a hostile tree says reaches the client as words: nothing of it is acted on, and no name becomes Markdown. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MarkupContent } from 'vscode-languageserver/node';
import type { Status } from '../../server/src/lsp/status.js';
import { ATTACH, DETACH } from '../support/dunlin.js';
import { at, folder, over, treeOf } from './fixtures.js';
import { MODERN, Session } from './session.js';

/** Everything but ends of lines and tabs that is acted on and not seen. */
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const NASTY = '\u001b[31m\u0007\b\u0085\u009b\u200b\u202e\u2066\ufeff';
/** Also what would end a link and begin another. */
const NAME = `x${NASTY}\n](command:evil) \`(y).c`;

const CODE = `#include <linux/mm.h>

int o${'\u202e\u0085'}dd(unsigned long addr, struct page **pages)
{
	return get_user_pages_fast(addr, 1, FOLL_WRITE, pages);
}

int plain(unsigned long addr, int nr, struct page **pages)
{
	int got = get_user_pages_fast(addr, nr /* ${NASTY} */ + 1, addr == /* ${NASTY} */ 4, pages);

	if (got < 0)
		return got;
	unpin_user_pages(pages, nr /* ${NASTY} */ + 1);
	return 0;
}
`;

let session: Session;
let root: string;
beforeAll(async () => {
	root = folder({
		...treeOf('6.12.5'),
		'drivers/dunlin/attach.c': ATTACH,
		[`drivers/dunlin/${NAME}`]: DETACH,
		'drivers/odd.c': CODE,
	});
	session = await Session.start({
		capabilities: {
			...MODERN,
			textDocument: {
				...MODERN.textDocument,
				codeAction: { ...MODERN.textDocument?.codeAction, disabledSupport: true },
			},
		},
		folders: [root],
		configuration: () => ({ codeLens: { enable: true } }),
		initializationOptions: { status: true },
	});
	await session.open(`${root}/drivers/dunlin/attach.c`, ATTACH);
	await session.open(`${root}/drivers/odd.c`, CODE);
});
afterAll(() => session.end());

/** All strings of an answer but the code and the addresses in it. */
function words(value: unknown, name = ''): string[] {
	if (typeof value === 'string') return /^(?:newText|uri|href)$/.test(name) ? [] : [value];
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) => words(inner, Array.isArray(value) ? name : key));
}

test('findings, status, hovers, actions and the log have nothing that is not seen', async () => {
	const uri = `${root}/drivers/odd.c`;
	const findings = await session.findings(uri);
	expect(findings.length).toBeGreaterThan(1);
	const status = await session.connection.sendRequest<Status>('gup-lens/status', { uri });
	// what is not seen is no part of a name
	expect(status.unread).toEqual(['dd']);
	const whole = { start: { line: 0, character: 0 }, end: { line: 30, character: 0 } };
	const answers = [
		findings,
		status,
		await session.hover(uri, at(CODE, 'get_user_pages_fast(addr, nr')),
		await session.hover(uri, at(CODE, 'unpin_user_pages')),
		await session.actions(uri, whole),
		await session.signature(uri, at(CODE, 'addr, nr /*')),
		await session.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } }),
		session.logged,
		session.notified,
	];
	for (const text of words(answers)) expect(text).not.toMatch(UNSEEN);
});

test('a file beside with a hostile name is a link to it, and nothing else', async () => {
	const uri = `${root}/drivers/dunlin/attach.c`;
	const hover = await session.hover(uri, at(ATTACH, 'get_user_pages_fast'));
	const value = (hover?.contents as MarkupContent | undefined)?.value ?? '';
	expect(value).not.toMatch(UNSEEN);
	const link = /\[((?:\\.|[^\]\\])*)\]\(([^)\s]*)\)/.exec(
		value.split('\n').find((line) => line.includes('dunlin_detach')) ?? '',
	);
	expect(link?.[1]).toContain('\\n\\](command:evil) \\`(y).c:');
	expect(decodeURIComponent(link?.[2] ?? '')).toBe(`${decodeURIComponent(root)}/drivers/dunlin/${NAME}#L10`);
	for (const text of words(await session.findings(uri))) expect(text).not.toMatch(UNSEEN);
	for (const text of words(await session.actions(uri, over(ATTACH, 'get_user_pages_fast'))))
		expect(text).not.toMatch(UNSEEN);
});
