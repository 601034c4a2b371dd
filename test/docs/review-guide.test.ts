import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withFacts } from '../../scripts/review-guide.js';
import { fixtures } from '../cli/fixtures.js';
import { packaged } from '../support/packaged.js';

const guide = readFileSync(join(import.meta.dirname, '../../docs/review-guide.md'), 'utf8');
let home = '';

beforeAll(() => {
	home = packaged('cli', 'commands', 'mcp');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test('repeats the facts as they are: npm run generate', () => {
	expect(guide).toBe(withFacts(guide));
	expect(guide).toMatch(/^\| .*`pin_user_pages_fast\(\)`.* \| a pin \| `unpin_user_pages\(\)`/m);
	expect(withFacts(guide.replaceAll('a pin |', 'a reference |'))).toBe(guide);
});

test('names commands that there are', () => {
	const asked = [...guide.matchAll(/`gup-lens ([^`]+)`/g)].map(([, words = '']) => words.split(' '));
	expect(asked.length).toBeGreaterThan(8);
	const cli = join(home, 'dist', 'cli.js');
	for (const name of new Set(asked.map(([command = '']) => command))) {
		const { status, stdout } = spawnSync(process.execPath, [cli, name, '--help'], { encoding: 'utf8' });
		expect(status, name).toBe(0);
		for (const [, option] of asked
			.filter(([command]) => command === name)
			.flatMap((words) => words.map((word) => ['', word])))
			if (option?.startsWith('--')) expect(stdout).toContain(option);
	}
});

test('configures a client that has the tools it lists', async () => {
	const [, json = ''] = /```json mcp\n([\s\S]*?)```/.exec(guide) ?? [];
	const { command, args } = JSON.parse(json).mcpServers['gup-lens'];
	expect(command).toBe('gup-lens');
	const client = new Client({ name: 'test', version: '1' });
	const given = args.map((arg: string) => (arg.startsWith('/') ? fixtures : arg));
	await client.connect(
		new StdioClientTransport({ command: process.execPath, args: [join(home, 'dist', 'cli.js'), ...given] }),
	);
	const { tools } = await client.listTools();
	await client.close();
	for (const { name, inputSchema } of tools) {
		const row = guide.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
		const named = [...(row?.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, word]) => word);
		expect(named.length).toBeGreaterThan(0);
		expect(Object.keys(inputSchema.properties ?? {})).toEqual(expect.arrayContaining(named));
	}
});
