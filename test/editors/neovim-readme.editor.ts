import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { requiring } from './missing.js';

const neovim = requiring('The Neovim configuration of docs/editors.md', 'neovim');

describe.skipIf(neovim.skip)(neovim.title, () => {
	it('starts one server for all files, and not another one on :e', () => {
		const [, snippet = ''] = /```lua\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs', 'editors.md'), 'utf8')) ?? [];
		const folder = mkdtempSync(join(tmpdir(), 'gup-lens-nvim-'));
		try {
			writeFileSync(join(folder, 'snippet.lua'), snippet);
			writeFileSync(
				join(folder, 'gup-lens'),
				`#!/bin/sh\nexec '${process.execPath}' '${join(root, 'dist', 'cli.js')}' "$@"\n`,
			);
			chmodSync(join(folder, 'gup-lens'), 0o755);
			const files = ['drivers/misc/weir.c', 'drivers/virt/hatch.c'].map((path) => join(root, 'examples', path));
			const script = join(import.meta.dirname, 'neovim-readme.lua');
			const { status, stdout, stderr } = spawnSync('nvim', ['--headless', '--clean', '-n', '-S', script], {
				cwd: folder,
				encoding: 'utf8',
				env: {
					...process.env,
					PATH: `${folder}${delimiter}${process.env.PATH}`,
					SNIPPET: join(folder, 'snippet.lua'),
					FILES: JSON.stringify(files),
				},
			});
			expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: '{"clients":1}\n' });
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
