/**
 * Draws client/icon.svg into client/icon.png, 128 by 128, with the browser the editor tests use. Run: `npm run icon`; then `pngquant 128`
 * and `zopflipng -m` make it less than half as long.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './editors/install.js';
import { findChromium } from './editors/programs.js';

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('no chromium: apt-get install chromium');
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 128, height: 128 } });
const svg = readFileSync(join(root, 'client', 'icon.svg'), 'utf8');
await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
await page.screenshot({ path: join(root, 'client', 'icon.png'), omitBackground: true });
await browser.close();
