import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../../scripts/editors/programs.js';
import { scratch } from '../support/scratch.js';
import { auditOf, CONVERT, KERNEL, OK } from './fixtures.js';

const executablePath = findChromium();
const title = executablePath
	? 'the page in a browser'
	: 'the page in a browser (no chromium: apt-get install chromium)';

describe.skipIf(executablePath === undefined)(title, () => {
	let browser: Browser;
	beforeAll(async () => {
		browser = await chromium.launch({
			executablePath: executablePath as string,
			args: ['--no-sandbox', '--disable-gpu'],
		});
	});
	afterAll(() => browser.close());

	async function open(how: BrowserContextOptions, visit: (page: Page) => Promise<void>): Promise<void> {
		const old = scratch({
			...KERNEL,
			Makefile: KERNEL.Makefile.replace('12', '1'),
			'fs/rook/a.c': CONVERT.replace('grab', 'peek'),
		});
		const tree = scratch({ ...KERNEL, 'drivers/misc/heron.c': CONVERT, 'fs/rook/a.c': OK, 'fs/rook/b.c': OK });
		const { code, stdout, stderr } = await auditOf([tree, '--compare', old, '--format', 'html']);
		expect(code, stderr).toBe(0);
		const file = join(scratch(), 'audit.html');
		writeFileSync(file, stdout);
		const context = await browser.newContext(how);
		const page = await context.newPage();
		const requests: string[] = [];
		const complaints: string[] = [];
		page.on('request', (request) => requests.push(request.url()));
		page.on('console', (message) => complaints.push(message.text()));
		page.on('pageerror', (error) => complaints.push(error.message));
		await page.goto(`file://${file}`);
		await visit(page);
		expect(requests).toEqual([`file://${file}`]);
		expect(complaints).toEqual([]);
		await context.close();
	}
	const rows = (page: Page) => page.locator('table.sites tbody:visible');

	test('is whole without JavaScript: charts, sites, code and evidence', () =>
		open({ javaScriptEnabled: false }, async (page) => {
			expect(await rows(page).count()).toBe(3);
			expect(await page.locator('#filter').isVisible()).toBe(false);
			const details = page.locator('.why details').first();
			await details.locator('summary').click();
			expect(await details.innerText()).toContain('get_user_pages_fast(addr, 1, FOLL_WRITE, pages);');
			expect(await details.innerText()).toContain('dma_map_page()');
			expect(await page.locator('svg.burndown rect').count()).toBeGreaterThan(0);
			expect(await page.locator('svg.bar').count()).toBe(2);
			expect(await page.locator('.group summary', { hasText: 'converted' }).isVisible()).toBe(true);
		}));

	test('filters by words, verdict and subsystem', () =>
		open({}, async (page) => {
			expect(await rows(page).count()).toBe(3);
			await page.getByLabel('Search').fill('rook b.c');
			expect(await rows(page).count()).toBe(1);
			expect(await page.locator('#shown').innerText()).toBe('(1 of 3)');
			await page.getByLabel('Search').fill('');
			await page.getByLabel('ok', { exact: true }).uncheck();
			expect(await rows(page).count()).toBe(1);
			await page.getByLabel('ok', { exact: true }).check();
			await page.getByText('1 more subsystem').click();
			await page.getByRole('button', { name: 'fs/rook' }).click();
			expect(await rows(page).count()).toBe(2);
			expect(await page.locator('select').inputValue()).toBe('fs/rook');
		}));

	test.each(['light', 'dark'] as const)('has a text that stands out on %s', (colorScheme) =>
		open({ colorScheme }, async (page) => {
			const [text, ground] = (await page.evaluate(
				`['color', 'backgroundColor'].map((name) => getComputedStyle(document.body)[name])`,
			)) as [string, string];
			expect(contrast(text, ground)).toBeGreaterThan(7);
			const badges = (await page.evaluate(
				`[...document.querySelectorAll('.badge, .meta, .why summary')].map((part) => getComputedStyle(part).color)`,
			)) as string[];
			expect(badges.length).toBeGreaterThan(3);
			for (const colour of badges) expect(contrast(colour, ground)).toBeGreaterThan(4.5);
		}),
	);

	test('breaks the name of a function at its underscores alone', () =>
		open({ viewport: { width: 900, height: 700 } }, async (page) => {
			const broken = (await page.evaluate(`[...document.querySelectorAll('.sites .extra code')].flatMap((code) => {
				code.parentElement.style.width = '6rem';
				const words = [...code.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
				return words.map((word) => {
					const range = document.createRange();
					range.selectNodeContents(word);
					return [word.data, range.getClientRects().length];
				});
			})`)) as [string, number][];
			expect(broken.map(([word]) => word)).toContain('unpin_');
			for (const [word, lines] of broken) expect(lines, word).toBe(1);
		}));

	test('fits a telephone', () =>
		open({ viewport: { width: 360, height: 700 } }, async (page) => {
			for (const summary of await page.locator('.why summary').all()) await summary.click();
			expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
		}));
});

/** WCAG contrast of two `rgb()` colours. */
function contrast(one: string, other: string): number {
	const luminance = (colour: string) => {
		const parts = (colour.match(/\d+/g) ?? []).slice(0, 3).map((part) => {
			const value = Number(part) / 255;
			return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
		});
		const [red = 0, green = 0, blue = 0] = parts;
		return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
	};
	const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
	return (high + 0.05) / (low + 0.05);
}
