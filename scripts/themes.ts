/**
 * Pictures of each view in each kind of theme, to look at: `npm run screenshots:themes [-- THEME...]`, after `npm run package`. They go to
 * .cache/themes, which is not kept. Needs what the editor tests need: code-server, chromium and the 6.12 tree.
 */
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../test/editors/tree.js';
import type { VsCode } from '../test/editors/vscode.js';
import { root } from './editors/install.js';
import { plainSettings, withVsCode } from './editors/pictured.js';
import { kernelTree } from './trees.js';

const THEMES = {
	dark: 'Default Dark Modern',
	light: 'Default Light Modern',
	'high-contrast': 'Default High Contrast',
	'high-contrast-light': 'Default High Contrast Light',
};
const SIZE = { width: 1280, height: 800 };

const folder = join(root, '.cache', 'themes');
const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const udmabuf = 'drivers/dma-buf/udmabuf.c';

const tree = kernelTree('6.12');
if (!tree) throw new Error('no 6.12 tree: npm run trees');
const kernel = realpathSync(tree);
mkdirSync(folder, { recursive: true });
const asked = process.argv.slice(2);
for (const [name, theme] of Object.entries(THEMES)) {
	if (asked.length > 0 && !asked.includes(name)) continue;
	await withVsCode(kernel, { ...plainSettings, 'workbench.colorTheme': theme }, (code) => take(code, name));
}

async function take({ workbench }: VsCode, theme: string): Promise<void> {
	const { page } = workbench;
	const shoot = async (what: string): Promise<void> => {
		await page.waitForTimeout(1000);
		await page.screenshot({ path: join(folder, `${what}-${theme}.png`) });
	};
	await page.setViewportSize(SIZE);
	await workbench.showView('GUP Lens');
	await workbench.welcome('Audit Kernel Tree');
	await workbench
		.treeRow('convert')
		.waitFor({ timeout: 180_000 })
		.catch(async (error) => {
			await shoot('failed');
			throw error;
		});
	await workbench.unfold('drivers/misc', 'bcm_vk_sg.c');
	await workbench.unfold('bcm_vk_sg.c', 'get_user_pages_fast');
	await workbench.treeRow('get_user_pages_fast').click();
	await workbench.tooltip('get_user_pages_fast', 'pin_user_pages');
	await shoot('audit');

	await workbench.open(broadcom);
	await workbench.goTo(placeOf(broadcom, /err = get_user_pages_fast/, 'get_user'));
	await workbench.squiggle('warning');
	await workbench.problems('foll-get-for-dma');
	await workbench.goTo(placeOf(broadcom, /err = get_user_pages_fast/, 'get_user'));
	await shoot('finding');
	await workbench.command('View: Toggle Panel Visibility');
	await workbench.quickFixes();
	await shoot('menu');
	await page.keyboard.press('Escape');

	await workbench.open(udmabuf);
	await workbench.goTo(placeOf(udmabuf, /= memfd_pin_folios/, 'memfd'));
	await workbench.squiggle('warning');
	await workbench.command('GUP Lens: Show Paths of These Pages');
	await page
		.locator('.statusbar-item', { hasText: /path \d+ of \d+/ })
		.first()
		.waitFor();
	await page.keyboard.press('Alt+.');
	await page.keyboard.press('Alt+.');
	await page
		.frameLocator('iframe.webview')
		.frameLocator('iframe#active-frame')
		.locator('[data-node]')
		.first()
		.waitFor();
	await shoot('paths');
	await workbench.command('GUP Lens: Open Walkthrough');
	await page.locator('.step-title').first().waitFor();
	await shoot('walkthrough');
}

function placeOf(path: string, code: RegExp, word: string): Place {
	const lines = readFileSync(join(kernel, path), 'utf8').split('\n');
	const line = lines.findIndex((text) => code.test(text));
	return { line: line + 1, column: (lines[line]?.indexOf(word) ?? 0) + 1 };
}
