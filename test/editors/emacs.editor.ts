import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requiring } from './missing.js';
import { drive } from './terminal.js';
import { scratchTree } from './tree.js';

const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const emacs = requiring('Emacs with Eglot', 'emacs', 'the 6.12 tree');

describe.skipIf(emacs.skip)(emacs.title, () => {
	it('shows findings, explains a call and turns the boolean flags of bcm_vk_sg.c into flags', async () => {
		const tree = scratchTree([broadcom]);
		try {
			const script = join(import.meta.dirname, 'emacs.el');
			const task = { hover: 'get_user_pages_fast', line: 77, fix: 'FOLL_WRITE' };
			const told = await drive('emacs', ['-Q', '--batch', '-l', script], tree.folder, task, { FILE: broadcom });
			expect(told.diagnostics[0]?.map(({ line }) => line)).toContain(77);
			expect(told.hover).toContain('get_user_pages_fast');
			expect(told.diagnostics[1]?.length).toBeLessThan(told.diagnostics[0]?.length ?? 0);
			expect(tree.read(broadcom)).toMatch(/direction == DMA_FROM_DEVICE\)? \? FOLL_WRITE : 0/);
		} finally {
			tree.remove();
		}
	});
});
