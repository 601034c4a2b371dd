/**
 * Makes what the walkthrough of the extension shows, from a real VS Code and a real command line. Run: `npm run walkthrough`, after
 * `npm run package`. Needs what the editor tests need: code-server, chromium and the 6.12 tree.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VsCode } from '../test/editors/vscode.js';
import { root } from './editors/install.js';
import { plainSettings, withVsCode } from './editors/pictured.js';
import { palettePng } from './palette-png.js';
import { kernelTree } from './trees.js';

const examples = join(root, 'examples');
const sluice = 'drivers/misc/sluice.c';
const media = join(root, 'client', 'walkthrough');
/** CSS pixels. The pictures are packed: no more of them, and no more colours, than it takes to read code. */
const SIZE = { width: 640, height: 340 };
const COLOURS = 8;

/** Runs in a page, which has a decoder: PNG as base64 in, its pixels as base64 out. */
const toPixels = `async (png) => {
	const image = new Image();
	image.src = 'data:image/png;base64,' + png;
	await image.decode();
	const canvas = document.createElement('canvas');
	[canvas.width, canvas.height] = [image.width, image.height];
	const context = canvas.getContext('2d');
	context.drawImage(image, 0, 0);
	const { data } = context.getImageData(0, 0, image.width, image.height);
	let text = '';
	for (const byte of data) text += String.fromCharCode(byte);
	return btoa(text);
}`;

const settings = {
	...plainSettings,
	'editor.lineNumbersMinChars': 3,
	'window.commandCenter': false,
	'workbench.editor.showTabs': 'single',
};

mkdirSync(media, { recursive: true });
const hidden = { 'workbench.activityBar.location': 'hidden' };
await withVsCode(examples, { ...settings, ...hidden }, (code) => sized(code, takeFile));
const kernel = kernelTree('6.12');
if (!kernel) throw new Error('no 6.12 tree: npm run trees');
await withVsCode(kernel, settings, (code) => sized(code, takeAudit));
writeFileSync(join(media, 'series.md'), seriesPage());

async function sized(code: VsCode, take: (code: VsCode) => Promise<void>): Promise<void> {
	await code.workbench.page.setViewportSize(SIZE);
	await take(code);
}

async function shoot({ page }: VsCode['workbench'], name: string): Promise<void> {
	await page.waitForTimeout(700);
	const png = await page.screenshot();
	const blank = await page.context().newPage();
	const pixels = await blank.evaluate<string>(`(${toPixels})(${JSON.stringify(png.toString('base64'))})`);
	await blank.close();
	const picture = palettePng(Buffer.from(pixels, 'base64'), SIZE.width, SIZE.height, COLOURS);
	writeFileSync(join(media, `${name}.png`), picture);
}

/** One file: its findings, what a hover says, what Ctrl+. offers. */
async function takeFile({ workbench }: VsCode): Promise<void> {
	const { page } = workbench;
	await workbench.command('View: Toggle Primary Side Bar Visibility');
	await workbench.open(sluice);
	await workbench.goTo({ line: 36, column: 6 });
	await workbench.squiggle('warning');
	await shoot(workbench, 'open');
	await workbench.hover('get_user_pages_fast', 'Must convert');
	await shoot(workbench, 'read');
	await page.mouse.move(5, 5);
	await page.keyboard.press('Escape');
	await workbench.quickFixes();
	await shoot(workbench, 'convert');
	await page.keyboard.press('Escape');
}

async function takeAudit({ workbench }: VsCode): Promise<void> {
	// in a small window the icon of the view is behind another one
	await workbench.page.setViewportSize({ width: 1200, height: 700 });
	await workbench.showView('GUP Lens');
	await workbench.welcome('Audit Kernel Tree');
	await workbench.treeRow('convert').waitFor({ timeout: 120_000 });
	await workbench.command('GUP Lens: Filter Audit');
	await workbench.answer('drivers/misc');
	await workbench.unfold('drivers/misc', 'bcm_vk_sg.c');
	await workbench.unfold('bcm_vk_sg.c', 'get_user_pages_fast');
	await workbench.treeRow('get_user_pages_fast').click();
	await workbench.squiggle('warning');
	await workbench.page.setViewportSize(SIZE);
	await shoot(workbench, 'audit');
}

/** What a series that pins and forgets the release gets to hear, as the command line prints it. */
function seriesPage(): string {
	const path = 'drivers/misc/sluice.c';
	const lines = readFileSync(join(examples, path), 'utf8').split('\n');
	const at = lines.findIndex((line) => line.includes('FOLL_WRITE, &page'));
	const old = lines[at] as string;
	const before = lines.slice(at - 3, at).map((line) => ` ${line}`);
	const after = lines.slice(at + 1, at + 4).map((line) => ` ${line}`);
	const changed = old.replace('get_user_pages_fast', 'pin_user_pages_fast');
	const head = [`--- a/${path}`, `+++ b/${path}`, `@@ -${at - 2},7 +${at - 2},7 @@`];
	const patch = `${[...head, ...before, `-${old}`, `+${changed}`, ...after].join('\n')}\n`;
	const cli = join(root, 'dist', 'cli.js');
	const run = spawnSync(process.execPath, [cli, 'check', '--patch', '-', '--kernel', '6.12'], {
		cwd: examples,
		input: patch,
		encoding: 'utf8',
	});
	if (run.status !== 1) throw new Error(`the patch should bring a finding:\n${run.stdout}${run.stderr}`);
	return `# Check a series

Before it goes out, with the series on a branch:

\`\`\`sh
gup-lens check --diff origin/master
\`\`\`

When one comes in, without applying it:

\`\`\`sh
b4 am -o - MESSAGE-ID | gup-lens check --patch -
\`\`\`

Only what the patches bring is told:

\`\`\`
${run.stdout.trim()}
\`\`\`
`;
}
