/**
 * Takes the moving picture of the README from a real VS Code: a finding, what its hover says, its conversion, the paths of pages.
 * Run: `npm run screenshots:moving`, after `npm run package`. Needs what the editor tests need: code-server and chromium.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { VsCode } from '../test/editors/vscode.js';
import { root } from './editors/install.js';
import { plainSettings, withVsCode } from './editors/pictured.js';

/** CSS pixels. */
const SIZE = { width: 1000, height: 560 };
/** Bytes of the picture at most: it is fetched by everybody who looks at the README. */
const LIMIT = 1_000_000;
const sluice = 'drivers/misc/sluice.c';
const target = join(root, 'docs', 'images', 'gup-lens.webp');

interface Frame {
	readonly png: Buffer;
	/** Milliseconds. */
	readonly delay: number;
}

const frames: Frame[] = [];
const settings = {
	...plainSettings,
	'workbench.activityBar.location': 'hidden',
	'workbench.editor.showTabs': 'single',
};
await withVsCode(join(root, 'examples'), settings, take);
mkdirSync(join(root, 'docs', 'images'), { recursive: true });
const picture = await sharp(
	frames.map(({ png }) => png),
	{ join: { animated: true } },
)
	.webp({ nearLossless: true, quality: 60, effort: 6, delay: frames.map(({ delay }) => delay), loop: 0 })
	.toBuffer();
console.log(`docs/images/gup-lens.webp: ${Math.round(picture.length / 1000)} kB, ${frames.length} frames`);
if (picture.length > LIMIT) throw new Error(`more than ${LIMIT} bytes`);
writeFileSync(target, picture);

async function take({ workbench }: VsCode): Promise<void> {
	const { page } = workbench;
	// in the status bar, where nothing says anything about the pointer
	const rest = () => page.mouse.move(SIZE.width / 2, SIZE.height - 8);
	const shoot = async (delay: number): Promise<void> => {
		await page.waitForTimeout(500);
		frames.push({ png: await page.screenshot(), delay });
	};
	await page.setViewportSize(SIZE);
	await workbench.command('View: Toggle Primary Side Bar Visibility');
	await workbench.open(sluice);
	await workbench.goTo({ line: 36, column: 6 });
	await workbench.squiggle('warning');
	await rest();
	await shoot(2000);
	await workbench.hover('get_user_pages_fast', 'Must convert');
	await shoot(4000);
	await rest();
	await page.keyboard.press('Escape');
	await workbench.quickFixes();
	await shoot(2500);
	await workbench.choose('Convert to pin_user_pages_fast()', 'Enter');
	await workbench.previewedChanges();
	await shoot(3500);
	await workbench.applyPreview();
	await rest();
	await shoot(3500);

	await workbench.command('GUP Lens: Show Paths of These Pages');
	await page
		.locator('.statusbar-item', { hasText: /path \d+ of \d+/ })
		.first()
		.waitFor();
	await rest();
	await shoot(1500);
	for (let step = 1; step < 4; step++) {
		await page.keyboard.press('Alt+.');
		await shoot(1500);
	}
}
