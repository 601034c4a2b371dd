import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import { codes, folder, GRAB, ITER } from './fixtures.js';
import { MODERN, Session } from './session.js';

/** A client that asks for nothing and watches nothing. */
const PUSHED = { workspace: { workspaceFolders: true } };
const write = (uri: string, content: string): void => writeFileSync(fileURLToPath(uri), content);
const changed = (session: Session, uri: string): Promise<void> =>
	session.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
/** What was last said of a file that is not open. */
const told = (session: Session, uri: string) =>
	session.published.filter((one) => one.uri === uri).at(-1)?.diagnostics ?? [];

describe('.gup-lens.json in an editor', () => {
	test('is followed: what it says, what is wrong in it, and that it went', async () => {
		const root = folder({ '.gup-lens.json': '{ "severity": { "get-unpin-page": "off" } }', 'a.c': GRAB });
		const file = `${root}/.gup-lens.json`;
		const session = await Session.start({ capabilities: MODERN, folders: [root] });
		await session.until(
			() => session.registrations.some((one) => JSON.stringify(one).includes('**/.gup-lens.json')),
			'the watchers',
		);
		await session.open(`${root}/a.c`, GRAB);
		expect(codes(await session.findings(`${root}/a.c`))).toEqual(['foll-get-redundant']);

		write(file, '{\n\t"severity": { "get-unpin-page": "hint" },\n\t"kernal": "6.12"\n}\n');
		const before = session.refreshes;
		await changed(session, file);
		await session.until(() => session.refreshes > before, 'the refresh');
		expect(codes(await session.findings(`${root}/a.c`))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		expect(told(session, file)).toEqual([
			{
				range: { start: { line: 2, character: 1 }, end: { line: 2, character: 9 } },
				severity: DiagnosticSeverity.Warning,
				source: 'gup-lens',
				message: 'no key "kernal"; did you mean "kernel"?',
			},
		]);

		rmSync(fileURLToPath(file));
		await changed(session, file);
		await session.until(() => told(session, file).length === 0, 'the diagnostics to go');
		const [, finding] = await session.findings(`${root}/a.c`);
		expect(finding).toMatchObject({ code: 'get-unpin-page', severity: DiagnosticSeverity.Error });
		await session.end();
	});

	test('excludes, names functions and the kernel; what the editor sets counts more', async () => {
		const root = folder({
			'.gup-lens.json': JSON.stringify({
				exclude: ['gen'],
				kernel: '6.1',
				severity: { 'get-unpin-page': 'off', 'foll-get-redundant': 'off' },
				functions: { tern_unpin: 'unpin_user_page' },
			}),
		});
		const session = await Session.start({
			capabilities: MODERN,
			folders: [root],
			configuration: () => ({ severity: { 'get-unpin-page': 'warning' } }),
		});
		const text = GRAB.replace('unpin_user_page(', 'tern_unpin(');
		await session.open(`${root}/gen/a.c`, GRAB);
		await session.open(`${root}/b.c`, text);
		await session.open(`${root}/c.c`, ITER);
		expect(await session.findings(`${root}/gen/a.c`)).toEqual([]);
		const [finding, ...others] = await session.findings(`${root}/b.c`);
		expect(finding).toMatchObject({ code: 'get-unpin-page', severity: DiagnosticSeverity.Warning });
		expect(finding?.message).toContain('(tern_unpin is unpin_user_page())');
		expect(others).toEqual([]);
		expect(await session.connection.sendRequest('gup-lens/status', { uri: `${root}/c.c` })).toMatchObject({
			kernel: '6.1',
			origin: 'option',
		});
		await session.end();
	});

	test('does not count above the workspace folder, and is read where nobody watches files', async () => {
		const top = folder({
			'.gup-lens.json': '{ "severity": { "get-unpin-page": "off" } }',
			'inner/x.c': '',
			'other/.gup-lens.json': '{',
		});
		const session = await Session.start({ capabilities: PUSHED, folders: [`${top}/inner`, `${top}/other`] });
		await session.open(`${top}/inner/a.c`, GRAB);
		await session.until(() => told(session, `${top}/inner/a.c`).length > 0, 'the findings');
		expect(codes(told(session, `${top}/inner/a.c`))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		await session.open(`${top}/other/a.c`, GRAB);
		await session.until(() => told(session, `${top}/other/.gup-lens.json`).length > 0, 'the diagnostics');
		expect(told(session, `${top}/other/.gup-lens.json`)).toMatchObject([
			{ severity: DiagnosticSeverity.Error, message: 'not JSON: "}" is missing' },
		]);
		write(`${top}/other/.gup-lens.json`, '{ "severity": { "get-unpin-page": "off" } }');
		await session.open(`${top}/other/b.c`, GRAB);
		await session.until(() => told(session, `${top}/other/b.c`).length > 0, 'the findings');
		expect(codes(told(session, `${top}/other/b.c`))).toEqual(['foll-get-redundant']);
		await session.end();
	});
});
