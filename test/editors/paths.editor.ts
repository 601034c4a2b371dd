import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requiring } from './missing.js';
import { type ScratchTree, scratchTree } from './tree.js';
import { openVsCode, type VsCode } from './vscode.js';
import type { Workbench } from './workbench.js';

/** One path of it loses pinned folios. */
const udmabuf = 'drivers/dma-buf/udmabuf.c';
const vscode = requiring('paths in VS Code', 'code-server', 'chromium', 'the 6.12 tree');

describe.skipIf(vscode.skip)(vscode.title, () => {
	let tree: ScratchTree;
	let code: VsCode;
	let workbench: Workbench;

	beforeAll(async () => {
		tree = scratchTree([udmabuf]);
		code = await openVsCode(tree.folder);
		workbench = code.workbench;
	}, 120_000);
	afterAll(async () => {
		await code?.close();
		tree?.remove();
	});
	afterEach(async ({ task }) => {
		if (task.result?.state === 'fail') await workbench?.picture(task.name);
	});

	const status = () => workbench.page.locator('.statusbar-item', { hasText: /path \d+ of \d+/ }).first();
	const position = async () => /path \d+ of \d+(?:, step \d+ of \d+)?/.exec(await status().innerText())?.[0];
	const press = (key: string) => workbench.page.keyboard.press(key);

	it('are shown for the call under the cursor, those of the finding first', async () => {
		await workbench.open(udmabuf);
		const call = tree.find(udmabuf, /= memfd_pin_folios\(/, 'memfd_pin_folios');
		await workbench.goTo(call);
		await workbench.squiggle('warning');
		// the audit has the room until paths are shown
		await workbench.command('GUP Lens: Focus on Audit View');
		await workbench.page.locator('.sidebar .pane-header', { hasText: 'Audit' }).waitFor();
		await workbench.goTo(call);
		await workbench.command('GUP Lens: Show Paths of These Pages');
		await status().waitFor();
		await expect.poll(position).toMatch(/^path 1 of \d+, step 1 of 5$/);
		await workbench.treeRow('memfd_pin_folios() into folios').waitFor();
		expect(await workbench.cursorLine()).toBe(call.line);
	});

	it('open with eight rows in view', async () => {
		await expect.poll(() => workbench.rowsInView('Paths')).toBeGreaterThanOrEqual(8);
	});

	it('are walked by key, in the editor and in the tree', async () => {
		for (let i = 0; i < 6; i++) await press('Alt+,');
		await expect.poll(position).toMatch(/step 1 of 5$/);
		const first = await workbench.cursorLine();
		await press('Alt+.');
		await expect.poll(position).toMatch(/step 2 of 5$/);
		await expect.poll(() => workbench.cursorLine()).toBeGreaterThan(first);
		await press('Alt+,');
		await expect.poll(() => workbench.cursorLine()).toBe(first);
		for (let i = 0; i < 6; i++) await press('Alt+.');
		await expect.poll(position).toMatch(/step 5 of 5$/);
		await expect
			.poll(() => workbench.viewMessage())
			.toMatch(/^path 1 of \d+, step 5 of 5: 1 to pgcnt pinned, all left$/);
		await press('Control+Alt+.');
		await expect.poll(position).toMatch(/^path 2 of \d+, step 1 of \d+$/);
		await press('Control+Alt+,');
		await expect.poll(position).toMatch(/^path 1 of \d+, step 1 of 5$/);
	});

	it('mark their steps in the editor with the state of the pages', async () => {
		const marked = `[...document.querySelectorAll('.editor-instance .view-line span')].map((span) => getComputedStyle(span, '::after').content).filter((text) => /^"\\d/.test(text))`;
		const marks = () => workbench.page.evaluate<string[]>(marked);
		await expect.poll(async () => (await marks()).join('\n')).toContain('1/5: 0 to pgcnt pinned, not checked yet');
	});

	it('show the life of the pages, from which one goes to a place', async () => {
		const frame = workbench.page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
		await frame.locator('[data-node]', { hasText: 'Pinned by memfd_pin_folios()' }).waitFor({ timeout: 30_000 });
		const leak = frame.locator('.node.wrong').first();
		const line = Number(/line (\d+)/.exec((await leak.textContent()) ?? '')?.[1]);
		await leak.focus();
		await press('Enter');
		await expect.poll(() => workbench.cursorLine()).toBe(line);
	});

	it('follow an edit above them', async () => {
		await workbench.goTo({ line: 1, column: 1 });
		await press('Enter');
		const { line } = tree.find(udmabuf, /= memfd_pin_folios\(/, 'memfd_pin_folios');
		await workbench.treeRow(`${line + 1}: memfd_pin_folios()`).waitFor({ timeout: 20_000 });
		await workbench.undo();
		await workbench.treeRow(`${line}: memfd_pin_folios()`).waitFor({ timeout: 20_000 });
	});

	it('are offered among the actions of a finding, and closed again', async () => {
		await workbench.command('GUP Lens: Close Paths');
		await status().waitFor({ state: 'hidden' });
		await workbench.goTo(tree.find(udmabuf, /= memfd_pin_folios\(/, 'memfd_pin_folios'));
		expect(await workbench.quickFixes()).toContain('Show paths of these pages');
		await workbench.choose('Show paths of these pages');
		await expect.poll(position, { timeout: 20_000 }).toMatch(/^path 1 of \d+, step 1 of 5$/);
	});

	it('asked no other machine for anything', () => {
		expect([...code.watched.offsite]).toEqual([]);
	});
});
