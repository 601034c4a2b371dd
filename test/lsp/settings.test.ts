import { describe, expect, test } from 'vitest';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import { codes, GRAB, ITER } from './fixtures.js';
import { MODERN, Session } from './session.js';

const HERE = 'file:///one/a.c';
const THERE = 'file:///two/a.c';

describe('a client that is asked', () => {
	test('gives each resource its own settings', async () => {
		const session = await Session.start({
			capabilities: MODERN,
			folders: ['file:///one', 'file:///two'],
			configuration: (scope) =>
				scope?.startsWith('file:///one/')
					? { severity: { 'foll-get-redundant': 'off', 'get-unpin-page': 'warning' } }
					: { kernel: '6.12' },
		});
		await session.open(HERE, GRAB);
		await session.open(THERE, GRAB);
		const here = await session.findings(HERE);
		expect(codes(here)).toEqual(['get-unpin-page']);
		expect(here[0]?.severity).toBe(DiagnosticSeverity.Warning);
		expect(codes(await session.findings(THERE))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		await session.end();
	});

	test('is asked again after a change, and told to pull again', async () => {
		let severity = 'off';
		const session = await Session.start({
			capabilities: MODERN,
			configuration: () => ({ severity: { 'foll-get-redundant': severity } }),
		});
		await session.until(
			() => session.registrations.some(({ method }) => method === 'workspace/didChangeConfiguration'),
			'the registration',
		);
		await session.open(HERE, GRAB);
		expect(codes(await session.findings(HERE))).toEqual(['get-unpin-page']);
		severity = 'error';
		await session.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
		await session.until(() => session.refreshes > 0, 'the refresh');
		expect(codes(await session.findings(HERE))).toEqual(['foll-get-redundant', 'get-unpin-page']);
		await session.end();
	});

	test('hears of values that are not understood, once each, and the rest holds', async () => {
		const session = await Session.start({
			capabilities: MODERN,
			configuration: () => ({
				kernel: 'six',
				severity: { 'no-such-rule': 'off', 'get-unpin-page': 'loud', 'foll-get-redundant': 'off' },
			}),
		});
		await session.open(HERE, GRAB);
		await session.open(THERE, GRAB);
		expect(codes(await session.findings(HERE))).toEqual(['get-unpin-page']);
		await session.findings(THERE);
		const said = session.logged.filter((message) => message.startsWith('gup-lens.'));
		expect(said).toHaveLength(3);
		expect(said.join('\n')).toMatch(/no-such-rule[\s\S]*get-unpin-page[\s\S]*"six"/);
		await session.end();
	});
});

test('a kernel beyond the table is told, and what depends on it only informs', async () => {
	const session = await Session.start({
		capabilities: MODERN,
		configuration: (scope) => ({ kernel: scope === HERE ? '99.0' : '4.9' }),
	});
	await session.open(HERE, ITER);
	await session.open(THERE, ITER);
	expect(await session.findings(HERE)).toMatchObject([
		{ code: 'iov-iter-get-pages', severity: DiagnosticSeverity.Information },
	]);
	await session.findings(THERE);
	const said = session.logged.filter((message) => message.startsWith('gup-lens.kernel')).join('\n');
	expect(said).toMatch(/"99\.0", newer than the table knows: treated as \d+\.\d+/);
	expect(said).toMatch(/"4\.9", older than the table knows: treated as 4\.19/);
	await session.end();
});

describe('a client that only tells', () => {
	test('settles things at the start, and later', async () => {
		const session = await Session.start({
			initializationOptions: { severity: { 'foll-get-redundant': 'off' } },
		});
		await session.open(HERE, GRAB);
		expect(codes(await session.pushed(HERE))).toEqual(['get-unpin-page']);
		const settings = { 'gup-lens': { severity: { 'get-unpin-page': 'off' } } };
		await session.connection.sendNotification('workspace/didChangeConfiguration', { settings });
		await session.until(
			() => codes(session.published.at(-1)?.diagnostics ?? []).join() === 'foll-get-redundant',
			'the findings under the new settings',
		);
		await session.end();
	});
});
