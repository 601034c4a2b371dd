import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Workbench } from '../../server/src/cli/in-memory-edits.js';
import { slashed } from '../../server/src/workspace/collect.js';
import { ATTACH, DETACH, PINNED, UNPINNED } from '../support/dunlin.js';
import { packaged } from '../support/packaged.js';
import { scratch } from '../support/scratch.js';
import { fixtures, NULL_PAGES, PIN_FLAG } from './fixtures.js';

let home = '';
let cli = '';

beforeAll(() => {
	home = packaged('cli', 'commands', 'mcp');
	cli = join(home, 'dist', 'cli.js');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

type Ask = (
	tool: string,
	asked?: Record<string, unknown>,
) => Promise<{ readonly text: string; readonly refused: boolean }>;

/** The SDK's own client with the built program behind it. */
async function assistant(
	folder: string,
	...options: string[]
): Promise<{ readonly client: Client; readonly ask: Ask }> {
	const client = new Client({ name: 'test', version: '1' });
	onTestFinished(() => client.close());
	await client.connect(
		new StdioClientTransport({ command: process.execPath, args: [cli, 'mcp', folder, ...options], stderr: 'ignore' }),
	);
	const ask: Ask = async (name, asked = {}) => {
		const { content, isError } = await client.callTool({ name, arguments: asked });
		const [first] = content as { text: string }[];
		return { text: first?.text ?? '', refused: isError === true };
	};
	return { client, ask };
}

describe('the tools', () => {
	test('are three, described in a line', async () => {
		const { client } = await assistant(fixtures);
		const { tools } = await client.listTools();
		expect(tools.map(({ name }) => name)).toEqual(['check', 'explain', 'audit']);
		for (const { description } of tools) expect(description?.length).toBeLessThan(130);
		expect(tools.map(({ annotations }) => annotations?.readOnlyHint)).toEqual([true, true, true]);
		// an assistant reads this in every conversation
		expect(JSON.stringify(tools).length).toBeLessThan(3000);
	});

	test('check a path, a text and a patch', async () => {
		const { ask } = await assistant(fixtures);
		const { text } = await ask('check', { path: 'drivers/heron.c', kernel: '6.12', rule: 'pin-put-page' });
		expect(text).toBe(`summary: 1 finding (1 error) in 1 file; 1 file checked

error pin-put-page in heron_map()
drivers/heron.c:17: put_page(heron->pages[i]);
heron->pages: pinned by pin_user_pages_fast(), but put_page() leaks the pin and silently corrupts the refcount; use unpin_user_page()
path:
  drivers/heron.c:14: got = pin_user_pages_fast(addr, nr, write, heron->pages);  <- heron->pages: pinned here
fix (safe): Replace put_page with unpin_user_page

note: kernel 6.12, as set by --kernel
`);
		const given = await ask('check', { text: PIN_FLAG, path: 'drivers/swift.c', kernel: '6.12' });
		expect(given.text).toMatch(/^summary: 1 finding .*\n\nerror foll-pin-from-caller.*\ndrivers\/swift\.c:5: /);
		const added = PIN_FLAG.replace(/^/gm, '+').slice(0, -1);
		const lines = PIN_FLAG.split('\n').length - 1;
		const patch = `--- /dev/null\n+++ b/swift.c\n@@ -0,0 +1,${lines} @@\n${added}`;
		expect((await ask('check', { patch })).text).toMatch(/^summary: 1 finding .*\n\nerror foll-pin-from-caller/);
		expect((await ask('check', { path: 'drivers/wren.c' })).text).toMatch(/^summary: no findings; 1 file checked\n/);
	});

	test('explain a name, a verdict, and the paths of a finding', async () => {
		const { ask } = await assistant(fixtures);
		expect((await ask('explain', { name: 'pin-put-page' })).text).toMatch(
			/^summary: .*\n\npin-put-page\n\nA pinned page/,
		);
		expect((await ask('explain', { name: 'convert' })).text).toContain('must pin');
		const { text } = await ask('explain', { path: 'flow/plover.c', line: 20 });
		expect(text).toMatch(/^summary: 2 paths of the pages at flow\/plover\.c:20: leaked, line 24; released/i);
		expect(text).toMatch(/ {6}= returns here: leaked/i);
		expect(await ask('explain', { name: 'nothing_of_the_kind' })).toMatchObject({ refused: true });
		expect(await ask('explain', { path: 'flow/plover.c' })).toMatchObject({ refused: true });
		expect((await ask('explain', { path: 'flow/plover.c', line: 9999 })).text).toContain('no line 9999');
	});

	test('audit a folder or a file', async () => {
		const { ask } = await assistant(fixtures);
		const { text } = await ask('audit', { kernel: '6.12' });
		expect(text).toMatch(/^summary: \d+ sites \(\d+ bug, .*; 3 files; Linux 6\.12\n\nbug drivers\/heron\.c:14: /);
		const file = await ask('audit', { path: 'drivers/wren.c' });
		expect(file.text).toMatch(
			/^summary: 1 site \(1 ok\); Linux [\d.]+\n\nok drivers\/wren\.c:5: pin_user_pages_fast\(\)/,
		);
	});

	test('conversions are a diff, and written only where the server may', async () => {
		const cwd = scratch({ 'dunlin/attach.c': ATTACH, 'dunlin/detach.c': DETACH });
		const read = (path: string) => readFileSync(join(cwd, path), 'utf8');
		const asked = { path: 'dunlin', convert: 'foll-get-for-dma', kernel: '6.12' };
		const { ask } = await assistant(cwd);
		const { text } = await ask('audit', asked);
		expect(text).toMatch(/^summary: 1 conversion to make.*\n\n--- a\/dunlin\/attach\.c\n/);
		expect(await ask('audit', { ...asked, write: true })).toMatchObject({ refused: true });
		expect(read('dunlin/attach.c')).toBe(ATTACH);
		const { ask: writing, client } = await assistant(cwd, '--write');
		expect((await client.listTools()).tools[2]?.annotations).toMatchObject({ readOnlyHint: false });
		await writing('audit', asked);
		expect(read('dunlin/attach.c')).toBe(ATTACH);
		expect((await writing('audit', { ...asked, write: true })).refused).toBe(false);
		expect(read('dunlin/attach.c')).toBe(PINNED);
		expect(read('dunlin/detach.c')).toBe(UNPINNED);
	});

	test('answers are bounded, and say what is left out', async () => {
		const { ask } = await assistant(
			scratch({
				'a.c': NULL_PAGES.repeat(1000),
				'b.c': `${NULL_PAGES.replaceAll('\n', ' ')}/*${'x'.repeat(200_000)}*/`,
			}),
		);
		const { text } = await ask('check', { path: 'a.c' });
		expect(text).toMatch(/^summary: 1000 findings .*; cut, \d+ lines left out: ask for a smaller path or one rule\n/);
		expect(text.length).toBeLessThan(21_000);
		expect((await ask('check', { path: 'b.c' })).text.length).toBeLessThan(21_000);
	});
});

describe('outside of the folder', () => {
	test('nothing is looked at, also not through links, by any tool', async () => {
		const outside = scratch({ 'secret.c': NULL_PAGES, 'd/secret.c': NULL_PAGES });
		const cwd = scratch({ 'own/a.c': PIN_FLAG });
		symlinkSync(join(outside, 'secret.c'), join(cwd, 'link.c'));
		symlinkSync(join(outside, 'd'), join(cwd, 'linked'));
		symlinkSync(join(outside, 'not-there.c'), join(cwd, 'dangling.c'));
		const { ask } = await assistant(cwd);
		const left = ['..', '../x.c', `${outside}/secret.c`, '/etc/passwd', 'own/../../x.c'];
		const linked = ['link.c', 'linked', 'linked/secret.c', 'dangling.c'];
		for (const path of [...left, ...linked])
			expect(await ask('check', { path }), path).toEqual({
				refused: true,
				text: `summary: ${path} is outside of the folder served\n`,
			});
		for (const [tool, asked] of [
			['check', { path: 'linked/new.c', text: 'int x;' }],
			['explain', { path: 'link.c', line: 3 }],
			['audit', { path: 'linked' }],
			['audit', { path: 'linked', convert: 'foll-get-for-dma' }],
		] as const)
			expect((await ask(tool, asked)).text).toContain('outside of the folder served');
		expect((await ask('check')).text).toMatch(/^summary: 1 finding .* 1 file checked/);
		expect((await ask('check', { kernel: outside })).refused).toBe(true);
		expect((await ask('check', { path: '-' })).refused).toBe(true);
	});

	test('nothing is written there', async () => {
		const [folder, other] = [scratch(), scratch({ 'a.c': PIN_FLAG })];
		const bench = new Workbench();
		const file = `${slashed(other)}/a.c`;
		bench.put(file, '');
		await expect(bench.write(folder)).rejects.toThrow('outside of the folder served');
		expect(readFileSync(file, 'utf8')).toBe(PIN_FLAG);
		await bench.write(other);
		expect(readFileSync(file, 'utf8')).toBe('');
	});
});

describe('a hostile client', () => {
	interface Raw {
		readonly child: ChildProcess;
		send(line: string | object): void;
		/** The next message that this is true of. */
		answer(which: (message: Message) => boolean): Promise<Message>;
	}
	interface Message {
		readonly id?: number | string | null;
		readonly result?: { readonly content?: { readonly text: string }[]; readonly isError?: boolean };
		readonly error?: { readonly code: number; readonly message: string };
	}

	function raw(folder = fixtures): Raw {
		const child = spawn(process.execPath, [cli, 'mcp', folder], { stdio: ['pipe', 'pipe', 'ignore'] });
		onTestFinished(() => void child.kill('SIGKILL'));
		child.stdin.on('error', () => {});
		const seen: Message[] = [];
		const waiting = new Set<() => void>();
		createInterface({ input: child.stdout }).on('line', (line) => {
			seen.push(JSON.parse(line));
			for (const look of waiting) look();
		});
		return {
			child,
			send: (line) =>
				void child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify({ jsonrpc: '2.0', ...line })}\n`),
			answer: (which) =>
				new Promise((found) => {
					const look = () => {
						const message = seen.find(which);
						if (!message) return;
						waiting.delete(look);
						found(message);
					};
					waiting.add(look);
					look();
				}),
		};
	}

	const hello = {
		id: 0,
		method: 'initialize',
		params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
	};
	const call = (id: number, asked: unknown, name: unknown = 'check') => ({
		id,
		method: 'tools/call',
		params: { name, arguments: asked },
	});

	test('what is no message, of wrong types or too large is answered, and the next is served', async () => {
		const { send, answer } = raw();
		send(hello);
		await answer(({ id }) => id === 0);
		send('{"jsonrpc": ');
		expect(await answer(({ error }) => error?.code === -32700)).toMatchObject({ id: null });
		send('[1, 2]');
		send('{"id":1}');
		expect(await answer(({ error }) => error?.code === -32600)).toMatchObject({ id: null });
		for (const [id, asked] of [
			{ path: 5 },
			{ path: ['a'] },
			{ paths: 'a' },
			[],
			'x',
			{ text: null },
			{ path: '\0' },
		].entries())
			send(call(id + 10, asked));
		for (let id = 10; id < 17; id++) {
			const { error, result } = await answer((message) => message.id === id);
			expect(error !== undefined || result?.isError).toBe(true);
		}
		send(call(20, {}, 'no-such-tool'));
		send(call(21, {}, { toString: 1 }));
		send({ id: 22, method: 'no/such/method' });
		for (const id of [20, 21, 22]) await answer((message) => message.id === id);
		send({ method: 'tools/call', params: { name: 'check', arguments: { text: 'x'.repeat(30_000_000) } }, id: 23 });
		expect(await answer(({ id }) => id === 23)).toMatchObject({ error: { message: 'larger than 25 MB' } });
		send(call(24, { text: 'x'.repeat(11_000_000), path: 'a.c' }));
		expect((await answer(({ id }) => id === 24)).result?.content?.[0]?.text).toContain('larger than 10 MB');
		send(call(25, { path: 'drivers/wren.c' }));
		expect((await answer(({ id }) => id === 25)).result?.content?.[0]?.text).toMatch(/^summary: no findings/);
	});

	test('more calls than can wait are refused, the others answered', async () => {
		const { send, answer } = raw();
		send(hello);
		for (let id = 1; id <= 30; id++) send(call(id, { path: 'drivers/wren.c' }));
		expect((await answer(({ id }) => id === 30)).result).toMatchObject({ isError: true });
		expect((await answer(({ id }) => id === 20)).result?.isError).toBeUndefined();
	});

	test('one that closes its end gets its answers, and the program ends', async () => {
		const input = [hello, { method: 'notifications/initialized' }, call(1, { path: 'drivers/wren.c' })]
			.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
			.join('');
		const { status, stdout } = spawnSync(process.execPath, [cli, 'mcp', fixtures], { input, encoding: 'utf8' });
		expect(status).toBe(0);
		expect(stdout).toContain('"id":1');
		expect(spawnSync(process.execPath, [cli, 'mcp', fixtures], { input: '{"half' }).status).toBe(0);
	});

	test('one that goes away in the middle ends the program', async () => {
		const { child, send, answer } = raw(scratch({ 'a.c': NULL_PAGES.repeat(500) }));
		send(hello);
		await answer(({ id }) => id === 0);
		send(call(1, {}));
		child.stdout?.destroy();
		child.stdin?.destroy();
		expect((await once(child, 'exit'))[0]).toBe(0);
	});
});

test('no other command loads the protocol', () => {
	const lean = scratch();
	cpSync(home, lean, { recursive: true });
	rmSync(join(lean, 'dist', 'mcp.js'));
	const run = (...argv: string[]) =>
		spawnSync(process.execPath, [join(lean, 'dist', 'cli.js'), ...argv], { cwd: fixtures });
	expect(run('check', 'drivers/wren.c').status).toBe(0);
	expect(run('--help').status).toBe(0);
	expect(run('mcp').status).toBe(2);
	mkdirSync(join(lean, 'empty'));
	writeFileSync(join(lean, 'file'), '');
	expect(spawnSync(process.execPath, [cli, 'mcp', join(lean, 'file')])).toMatchObject({ status: 2 });
});
