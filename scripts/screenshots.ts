/**
 * Takes the pictures of the README from a real VS Code on real kernel files. Run: `npm run screenshots`.
 * Needs what the editor tests need: code-server, chromium and the 6.12 tree.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ScratchTree, scratchTree } from '../test/editors/tree.js';
import type { VsCode } from '../test/editors/vscode.js';
import { root } from './editors/install.js';
import { plainSettings, withVsCode } from './editors/pictured.js';
import { kernelTree } from './trees.js';

const nfs = 'fs/nfs/direct.c';
const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const plan9 = ['net/9p/trans_virtio.c', 'net/9p/trans_common.c'] as const;
/** One of the bundled examples: more in one window than a kernel file has to offer. */
const tally = 'drivers/misc/tally.c';
const images = join(root, 'docs', 'images');

mkdirSync(images, { recursive: true });
const tree: ScratchTree = scratchTree([nfs, broadcom, ...plan9]);
copyFileSync(join(root, 'examples', tally), join(tree.folder, tally));
await withVsCode(tree.folder, { ...plainSettings, 'workbench.activityBar.location': 'hidden' }, takePictures);
tree.remove();
const kernel = kernelTree('6.12');
if (kernel) await withVsCode(kernel, { ...plainSettings, 'workbench.activityBar.location': 'default' }, takeAudit);

async function shoot(page: VsCode['workbench']['page'], name: string): Promise<void> {
	await page.waitForTimeout(700);
	await page.screenshot({ path: join(images, `${name}.png`) });
}

/** The audit of a whole kernel, with what one verdict rests on. */
async function takeAudit({ workbench }: VsCode): Promise<void> {
	const { page } = workbench;
	await page.setViewportSize({ width: 1200, height: 700 });
	await workbench.showView('GUP Lens');
	await workbench.welcome('Audit Kernel Tree');
	await workbench.treeRow('convert').waitFor({ timeout: 120_000 });
	await workbench.unfold('drivers/misc', 'vmci_host.c');
	await workbench.unfold('vmci_host.c', 'get_user_pages_fast');
	await workbench.treeRow('get_user_pages_fast').click();
	await workbench.squiggle('warning');
	await workbench.tooltip('get_user_pages_fast', 'pin_user_pages');
	await shoot(page, 'audit-view');
}

async function takePictures({ workbench }: VsCode): Promise<void> {
	const { page } = workbench;
	await page.setViewportSize({ width: 1200, height: 700 });
	await workbench.command('View: Toggle Primary Side Bar Visibility');

	await workbench.open(tally);
	await workbench.squiggle('error');
	await workbench.problems('get-unpin-page');
	await dragPanel(workbench, 140);
	await workbench.goTo(tree.find(tally, /unpin_user_page\(page\)/, 'unpin'));
	await shoot(page, 'problems');
	await workbench.command('View: Toggle Panel Visibility');

	await workbench.open(nfs);
	await workbench.goTo(tree.find(nfs, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
	await workbench.squiggle('warning');
	await workbench.hover('iov_iter_get_pages_alloc2', 'ssize_t');
	await shoot(page, 'hover');

	await page.mouse.move(5, 5);
	await workbench.open(broadcom);
	await workbench.goTo(tree.find(broadcom, /direction == DMA_FROM_DEVICE/, 'direction'));
	await workbench.squiggle('warning');
	await workbench.quickFixes();
	await shoot(page, 'quick-fix');
	await page.keyboard.press('Escape');

	const [client] = plan9;
	await workbench.open(client);
	await workbench.goTo(tree.find(client, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
	await workbench.squiggle('warning');
	await workbench.quickFixes();
	await workbench.choose('Convert to iov_iter_extract_pages()', 'Control+Enter');
	await workbench.previewedChanges();
	await page.mouse.move(5, 5);
	await shoot(page, 'convert');
}

/** Makes the panel lower by so many pixels. */
async function dragPanel({ page }: VsCode['workbench'], pixels: number): Promise<void> {
	const box = await page.locator('.part.panel').boundingBox();
	if (box === null) throw new Error('no panel');
	await page.mouse.move(box.x + box.width / 2, box.y);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width / 2, box.y + pixels, { steps: 5 });
	await page.mouse.up();
	await page.mouse.move(5, 5);
}
