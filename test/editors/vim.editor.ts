import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { recipesOf } from '../support/recipes.js';
import { requiring } from './missing.js';
import type { Shown } from './terminal.js';

const vim = requiring('The Vim configuration of docs/editors.md', 'Vim with ALE');

describe.skipIf(vim.skip)(vim.title, () => {
	it('shows findings through ALE, explains a call and takes the first fix', () => {
		const folder = mkdtempSync(join(tmpdir(), 'gup-lens-vim-'));
		try {
			const server = `'${process.execPath}' '${join(root, 'dist', 'cli.js')}'`;
			writeFileSync(join(folder, 'gup-lens'), `#!/bin/sh\nexec ${server} "$@"\n`);
			chmodSync(join(folder, 'gup-lens'), 0o755);
			writeFileSync(join(folder, 'told'), '');
			writeFileSync(join(folder, 'vimrc'), recipesOf('docs/editors.md')('vim ale'));
			const file = join(folder, 'weir.c');
			copyFileSync(join(root, 'examples/drivers/misc/weir.c'), file);
			const line = readFileSync(file, 'utf8').split('\n').indexOf('\t\tput_page(pages[i]);') + 1;
			const argv = ['-N', '-n', '-i', 'NONE', '-es', '-u', 'vimrc', '-S', join(import.meta.dirname, 'vim.vim')];
			const { status, stdout, stderr } = spawnSync('vim', argv, {
				cwd: folder,
				// the menu of ALECodeAction
				input: '1\n',
				encoding: 'utf8',
				timeout: 90_000,
				env: {
					...process.env,
					PATH: `${folder}${delimiter}${process.env.PATH}`,
					FILE: file,
					TOLD: join(folder, 'told'),
					HOVER: 'pin_user_pages_fast',
					LINE: String(line),
				},
			});
			const lines = readFileSync(join(folder, 'told'), 'utf8');
			expect(status, lines + stdout + stderr).toBe(0);
			const told = lines.split('\n').flatMap((text) => (text.startsWith('{') ? [JSON.parse(text)] : []));
			const [before, after]: Shown[][] = told.flatMap(({ diagnostics }) => (diagnostics ? [diagnostics] : []));
			expect(before).toContainEqual({
				line,
				severity: 'E',
				message: expect.stringMatching(/^pin-put-page: pages: pinned by/),
			});
			expect(after?.length).toBe((before?.length ?? 0) - 1);
			expect(told.find(({ hover }) => hover)?.hover).toContain('pin_user_pages_fast(unsigned long start');
			expect(readFileSync(file, 'utf8').split('\n')[line - 1]).toBe('\t\tunpin_user_page(pages[i]);');
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	});
});
