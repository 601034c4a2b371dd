import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { requiring } from './missing.js';

const neovim = requiring('The paths of docs/paths.md in Neovim', 'neovim');

describe.skipIf(neovim.skip)(neovim.title, () => {
	it('are walked in the quickfix list', () => {
		const [, snippet = ''] = /```lua\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'paths.md'), 'utf8')) ?? [];
		const script = join(tmpdir(), `gup-lens-paths-${process.pid}.lua`);
		writeFileSync(script, snippet);
		const file = join(root, 'test', 'cli', 'fixtures', 'flow', 'plover.c');
		const text = readFileSync(file, 'utf8');
		const lineOf = (needle: string) => text.slice(0, text.indexOf(needle)).split('\n').length;
		const env = {
			...process.env,
			SNIPPET: script,
			FILE: file,
			LINE: String(lineOf('get_user_pages_fast(addr, 1, 0')),
			SERVER: JSON.stringify([process.execPath, join(root, 'dist', 'cli.js'), 'lsp', '--stdio']),
		};
		const arguments_ = ['--headless', '--clean', '-n', '-S', join(import.meta.dirname, 'neovim-paths.lua')];
		const { stdout, stderr } = spawnSync('nvim', arguments_, { env, encoding: 'utf8', timeout: 60_000 });
		rmSync(script);
		const told = JSON.parse(stdout.trim().split('\n').at(-1) ?? stderr);
		expect(told.steps[0]).toEqual({
			line: lineOf('got = get_user_pages_fast(addr, 1, 0'),
			text: expect.stringMatching(/^path 1: .*\(0 or 1 referenced, not checked yet\)$/),
		});
		expect(told.line).toBe(lineOf('if (got != 1)'));
	});
});
