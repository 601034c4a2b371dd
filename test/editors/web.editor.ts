import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { answering, freePort } from '../../scripts/editors/serve.js';
import { vscodeWeb } from '../../scripts/editors/web.js';
import { unpack } from '../../scripts/zip.js';
import { openBrowser, type Watched } from './browser.js';
import { requiring } from './missing.js';
import { type ScratchTree, scratchTree } from './tree.js';
import { Workbench } from './workbench.js';

const nfs = 'fs/nfs/direct.c';
const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const web = requiring('VS Code for the web', 'VS Code for the web', 'chromium', 'the 6.12 tree');

describe.skipIf(web.skip)(web.title, () => {
	let tree: ScratchTree;
	let unpacked: string;
	let server: ChildProcess;
	let watched: Watched;
	let workbench: Workbench;

	beforeAll(async () => {
		tree = scratchTree([nfs, broadcom]);
		// This server takes a folder: it gets what is in the package, and nothing else.
		unpacked = mkdtempSync(join(tmpdir(), 'vsix-'));
		unpack(readFileSync(join(root, 'gup-lens.vsix')), unpacked);
		const port = await freePort();
		const { server: script, args } = vscodeWeb();
		const own = ['--browser=none', '--host=localhost', `--port=${port}`];
		const extension = `--extensionDevelopmentPath=${join(unpacked, 'extension')}`;
		server = spawn(process.execPath, [script, ...args, ...own, extension, tree.folder], { stdio: 'ignore' });
		await answering(`http://localhost:${port}/`, server);
		watched = await openBrowser(`http://localhost:${port}/`);
		workbench = new Workbench(watched.page);
		await workbench.ready();
	});
	afterAll(async () => {
		await watched?.close();
		server?.kill('SIGTERM');
		tree?.remove();
		if (unpacked) rmSync(unpacked, { recursive: true, force: true });
	});

	afterEach(async ({ task }) => {
		if (task.result?.state === 'fail') await workbench?.picture(`web ${task.name}`);
	});

	it('finds the deprecated calls of fs/nfs/direct.c with the server in a web worker', async () => {
		await workbench.open(nfs);
		await workbench.goTo(tree.find(nfs, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
		await workbench.squiggle('warning');
		expect(await workbench.struckThrough()).toContain('iov_iter_get_pages_alloc2');
		const rows = await workbench.problems('iov-iter-get-pages');
		expect(rows.filter((row) => row.includes('iov-iter-get-pages'))).toHaveLength(2);
	});

	it('reads the version of the tree through the virtual file system', async () => {
		expect(await workbench.languageStatus()).toMatch(/Linux 6\.12\.\d+\s*from the headers of this tree/);
	});

	it('explains the call under the pointer', async () => {
		const text = await workbench.hover('iov_iter_get_pages_alloc2', 'ssize_t');
		expect(text).toContain('iov_iter_extract_pages');
	});

	it('turns the boolean flags of bcm_vk_sg.c into flags', async () => {
		await workbench.open(broadcom);
		await workbench.goTo(tree.find(broadcom, /direction == DMA_FROM_DEVICE/, 'direction'));
		await workbench.squiggle('warning');
		await workbench.quickFixes();
		await workbench.choose('FOLL_WRITE');
		await workbench.page.locator('.view-line', { hasText: '? FOLL_WRITE : 0' }).waitFor();
	});

	it('asked no other machine for anything', () => {
		expect([...watched.offsite]).toEqual([]);
	});

	// last: VS Code for the web takes the frame of any picture from a host of its own
	it('walks the paths of pages, with the server in a web worker', async () => {
		await workbench.open(broadcom);
		await workbench.goTo(tree.find(broadcom, /err = get_user_pages_fast/, 'get_user_pages_fast'));
		await workbench.command('GUP Lens: Show Paths of These Pages');
		await workbench.treeRow('get_user_pages_fast()').waitFor({ timeout: 30_000 });
		await expect.poll(() => workbench.viewMessage()).toMatch(/^path 1 of \d+, step 1 of \d+: /);
		await workbench.page.keyboard.press('Alt+.');
		await expect.poll(() => workbench.viewMessage()).toMatch(/^path 1 of \d+, step 2 of \d+: /);
	});
});
