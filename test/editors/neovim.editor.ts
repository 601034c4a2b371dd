import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requiring } from './missing.js';
import { drive } from './terminal.js';
import { scratchTree } from './tree.js';

const enclaves = 'drivers/virt/nitro_enclaves/ne_misc_dev.c';
const neovim = requiring('Neovim', 'neovim', 'the 6.12 tree');

describe.skipIf(neovim.skip)(neovim.title, () => {
	it('shows findings, explains a call and takes out the FOLL_GET of ne_misc_dev.c', async () => {
		const tree = scratchTree([enclaves]);
		try {
			const script = join(import.meta.dirname, 'neovim.lua');
			const told = await drive('nvim', ['--headless', '--clean', '-n', enclaves, '-S', script], tree.folder, {
				hover: 'get_user_pages_unlocked',
				line: 967,
				fix: 'FOLL_GET',
			});
			expect(told.diagnostics[0]).toContainEqual(
				expect.objectContaining({ line: 967, rule: 'foll-get-redundant', severity: 'hint' }),
			);
			expect(told.hover).toContain('get_user_pages_unlocked');
			expect(told.hover).toContain('put_page');
			expect(told.diagnostics[1]).not.toContainEqual(expect.objectContaining({ rule: 'foll-get-redundant' }));
			expect(tree.read(enclaves).split('\n')[966]).toMatch(/ne_mem_region->pages \+ i, 0\);$/);
		} finally {
			tree.remove();
		}
	});
});
