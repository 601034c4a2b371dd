/**
 * Takes the pictures of the README from a real VS Code on real kernel files. Run: `npm run screenshots`.
 * Needs what the editor tests need: code-server, chromium and the 6.12 tree.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ScratchTree, scratchTree } from '../test/editors/tree.js';
import { openVsCode, type VsCode } from '../test/editors/vscode.js';
import { root } from './editors/install.js';

const nfs = 'fs/nfs/direct.c';
const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const images = join(root, 'docs', 'images');

mkdirSync(images, { recursive: true });
const tree: ScratchTree = scratchTree([nfs, broadcom]);
const code: VsCode = await openVsCode(tree.folder);
try {
	await takePictures(code);
} finally {
	await code.close();
	tree.remove();
}

async function takePictures({ workbench }: VsCode): Promise<void> {
	const shoot = async (name: string) => {
		await workbench.page.waitForTimeout(700);
		await workbench.page.screenshot({ path: join(images, `${name}.png`) });
	};
	await workbench.page.setViewportSize({ width: 1100, height: 640 });
	await workbench.command('View: Toggle Primary Side Bar Visibility');

	await workbench.open(nfs);
	await workbench.goTo(tree.find(nfs, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
	await workbench.squiggle('warning');
	await workbench.problems('iov-iter-get-pages');
	await shoot('problems');

	await workbench.command('View: Toggle Panel Visibility');
	await workbench.goTo({ line: 340, column: 1 });
	await workbench.hover('iov_iter_get_pages_alloc2', 'ssize_t');
	await shoot('hover');

	await workbench.open(broadcom);
	await workbench.goTo(tree.find(broadcom, /direction == DMA_FROM_DEVICE/, 'direction'));
	await workbench.squiggle('warning');
	await workbench.quickFixes();
	await shoot('quick-fix');
}
