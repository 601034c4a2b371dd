/**
 * Takes the picture of an audit's page for the README. Run: `npm run screenshots:audit`.
 * Needs chromium and both kernel trees.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chosenTree } from './chosenTree.js';
import { findChromium } from './editors/programs.js';
import { kernelTree } from './trees.js';

const root = join(import.meta.dirname, '..');
const older = kernelTree('6.1');
const executablePath = findChromium();
if (older === undefined || executablePath === undefined)
	throw new Error('needs the trees (npm run trees) and chromium');

execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
const folder = mkdtempSync(join(tmpdir(), 'gup-lens-picture-'));
const page = join(folder, 'audit.html');
execFileSync(process.execPath, [
	join(root, 'dist', 'cli.js'),
	...['audit', chosenTree(undefined), '--compare', older, '-o', page],
]);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
	const tab = await browser.newPage({ viewport: { width: 1200, height: 1000 }, colorScheme: 'light' });
	await tab.goto(pathToFileURL(page).href);
	await tab.screenshot({ path: join(root, 'docs', 'images', 'audit.png') });
	const site = tab.locator('table.sites tbody', { hasText: 'bcm_vk_sg.c:' }).first();
	await site.locator('summary').click();
	await site.scrollIntoViewIfNeeded();
	await site.screenshot({ path: join(root, 'docs', 'images', 'audit-site.png') });
} finally {
	await browser.close();
	rmSync(folder, { recursive: true, force: true });
}
