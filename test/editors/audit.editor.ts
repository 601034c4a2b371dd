import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kernelTree } from '../../scripts/trees.js';
import { requiring } from './missing.js';
import { openVsCode, type VsCode } from './vscode.js';
import type { Workbench } from './workbench.js';

const vscode = requiring('the audit in VS Code', 'code-server', 'chromium', 'the 6.12 tree');

describe.skipIf(vscode.skip)(vscode.title, () => {
	let code: VsCode;
	let workbench: Workbench;

	beforeAll(async () => {
		code = await openVsCode(kernelTree('6.12') as string);
		workbench = code.workbench;
	}, 120_000);
	afterAll(() => code?.close());
	afterEach(async ({ task }) => {
		if (task.result?.state === 'fail') await workbench?.picture(task.name);
	});

	it('is offered in a view of its own, and audits a whole kernel', async () => {
		await workbench.showView('GUP Lens');
		await workbench.welcome('Audit Kernel Tree');
		await workbench.treeRow('convert').waitFor({ timeout: 120_000 });
		// the tree is drawn before the line above it
		await expect
			.poll(() => workbench.viewMessage())
			.toMatch(/^Linux 6\.12\.\d+: \d{3} sites in [\d.,]+ files, .*\d+ to convert; rules find \d+ errors, .* UTC$/);
	}, 150_000);

	it('shows the view when it is run from the palette', async () => {
		await workbench.showView('Explorer');
		await workbench.command('GUP Lens: Audit Kernel Tree');
		await workbench.treeRow('convert').waitFor({ timeout: 120_000 });
	}, 150_000);

	it('shows the errors of a file beside its verdict', async () => {
		await workbench.unfold('drivers/misc', 'bcm_vk_sg.c');
		expect(await workbench.treeRow('bcm_vk_sg.c').innerText()).toContain('2 errors');
	});

	it('leads to a site, by subsystem and file', async () => {
		await workbench.unfold('fs/nfs', 'direct.c');
		await workbench.unfold('direct.c', 'iov_iter_get_pages_alloc2');
		await workbench.treeRow('iov_iter_get_pages_alloc2').click();
		await workbench.page.locator('.tab.active', { hasText: 'direct.c' }).waitFor();
		const line = Number(/^(\d+):/.exec((await workbench.treeRow('iov_iter_get_pages_alloc2').innerText()).trim())?.[1]);
		await expect.poll(() => workbench.cursorLine()).toBe(line);
	});

	it('says why when the pointer rests on a site', async () => {
		const text = await workbench.tooltip('iov_iter_get_pages_alloc2', 'iov_iter_extract_pages');
		expect(text).toContain('convert');
	});

	it('shows the sites that have some words, and all again', async () => {
		await workbench.command('GUP Lens: Filter Audit');
		await workbench.answer('vmci');
		await workbench.treeRow('drivers/misc').waitFor();
		await expect.poll(() => workbench.viewMessage()).toMatch(/: 3 of \d{3} sites with "vmci"/);
		await workbench.command('GUP Lens: Clear Audit Filter');
		await expect.poll(() => workbench.viewMessage()).toMatch(/ sites in /);
	});

	it('opens the report as a page', async () => {
		await workbench.command('GUP Lens: Open Audit Report');
		const page = workbench.page.frameLocator('iframe.webview').frameLocator('iframe#active-frame');
		await page.locator('h1', { hasText: 'get_user_pages' }).waitFor({ timeout: 30_000 });
	});

	it('asked no other machine for anything', () => {
		expect([...code.watched.offsite]).toEqual([]);
	});
});
