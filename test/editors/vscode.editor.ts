import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requiring } from './missing.js';
import { type ScratchTree, scratchTree } from './tree.js';
import { openVsCode, type VsCode } from './vscode.js';
import { flat, type Workbench } from './workbench.js';

const nfs = 'fs/nfs/direct.c';
const enclaves = 'drivers/virt/nitro_enclaves/ne_misc_dev.c';
const broadcom = 'drivers/misc/bcm-vk/bcm_vk_sg.c';
const plan9 = 'net/9p/trans_virtio.c';
const plan9Release = 'net/9p/trans_common.c';
const header = 'include/linux/mm.h';
/** A comparison where flags belong; the fix leaves the name of the constant. */
const booleanFlags = /direction == DMA_FROM_DEVICE/;
const vscode = requiring('VS Code', 'code-server', 'chromium', 'the 6.12 tree');

describe.skipIf(vscode.skip)(vscode.title, () => {
	let tree: ScratchTree;
	let code: VsCode;
	let workbench: Workbench;

	beforeAll(async () => {
		tree = scratchTree([nfs, enclaves, broadcom, plan9, plan9Release]);
		writeFileSync(join(tree.folder, 'plain.c'), 'int main(void)\n{\n\treturn 0;\n}\n');
		code = await openVsCode(tree.folder);
		workbench = code.workbench;
	});
	afterAll(async () => {
		await code?.close();
		tree?.remove();
	});

	afterEach(async ({ task }) => {
		if (task.result?.state === 'fail') await workbench?.picture(task.name);
	});

	it('starts no server for C that names nothing of the family', async () => {
		await workbench.open('plain.c');
		await expect.poll(code.log, { timeout: 30_000 }).toMatch(/activated in [\d.]+ ms/);
		expect(await workbench.languageStatus()).toContain('GUP Lens: idle');
		expect(code.log()).not.toContain('server ready');
	});

	it('starts it as soon as such a name is typed', async () => {
		await workbench.page.keyboard.press('Control+End');
		await workbench.page.keyboard.type('int x = FOLL_GET;');
		await expect.poll(code.log, { timeout: 30_000 }).toMatch(/server ready in \d+ ms/);
		await workbench.page.keyboard.press('Control+z');
	});

	it('underlines and strikes through the deprecated calls of fs/nfs/direct.c', async () => {
		await workbench.open(nfs);
		await workbench.goTo(tree.find(nfs, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
		await workbench.squiggle('warning');
		expect(await workbench.struckThrough()).toContain('iov_iter_get_pages_alloc2');
	});

	it('lists them under Problems', async () => {
		const rows = await workbench.problems('iov-iter-get-pages');
		expect(rows.filter((row) => row.includes('iov-iter-get-pages'))).toHaveLength(2);
	});

	it('explains the call under the pointer', async () => {
		const text = await workbench.hover('iov_iter_get_pages_alloc2', 'ssize_t');
		expect(text).toContain('iov_iter_extract_pages');
	});

	it('says by which kernel it judges, and why', async () => {
		const text = await workbench.languageStatus();
		expect(text).toMatch(/Linux 6\.12\.\d+/);
		expect(text).toContain('from the headers of this tree');
		expect(text).toContain('GUP Lens: 3 findings');
	});

	it('takes FOLL_GET out of ne_misc_dev.c, on disk too', async () => {
		await workbench.open(enclaves);
		await workbench.goTo(tree.find(enclaves, /FOLL_GET/, 'FOLL_GET'));
		await workbench.faded('FOLL_GET');
		const titles = await workbench.quickFixes();
		const title = titles.find((text) => text.includes('FOLL_GET')) ?? '';
		expect(title).not.toBe('');
		await workbench.choose(title);
		await workbench.save();
		await expect.poll(() => tree.read(enclaves), { timeout: 10_000 }).toMatch(/ne_mem_region->pages \+ i, 0\);$/m);
	});

	it('turns the boolean flags of bcm_vk_sg.c into flags, on disk too', async () => {
		await workbench.open(broadcom);
		await workbench.goTo(tree.find(broadcom, booleanFlags, 'direction'));
		await workbench.squiggle('warning');
		const squiggles = workbench.page.locator('.squiggly-warning');
		const before = await squiggles.count();
		await workbench.quickFixes();
		await workbench.choose('FOLL_WRITE');
		await workbench.save();
		await expect
			.poll(() => tree.read(broadcom), { timeout: 10_000 })
			.toMatch(/direction == DMA_FROM_DEVICE\)? \? FOLL_WRITE : 0/);
		// the call still has findings of its own
		await expect.poll(() => squiggles.count(), { timeout: 10_000 }).toBeLessThan(before);
	});

	it('converts both files of 9p after a look at the changes, and takes it back as one', async () => {
		const before = [plan9, plan9Release].map((path) => tree.read(path));
		await workbench.open(plan9);
		await workbench.goTo(tree.find(plan9, /= iov_iter_get_pages_alloc2/, 'iov_iter'));
		await workbench.squiggle('warning');
		const problems = await workbench.problemCounts();
		expect(problems).toMatch(/\d/);
		await workbench.quickFixes();
		await workbench.choose('Convert to iov_iter_extract_pages()', 'Control+Enter');
		const shown = await workbench.previewedChanges();
		for (const label of ['Pin the pages', 'Save iov_iter_extract_will_pin()']) expect(shown).toContain(label);
		await workbench.applyPreview();
		await expect
			.poll(() => tree.read(plan9), { timeout: 10_000 })
			.toContain('*need_unpin = iov_iter_extract_will_pin(');
		await expect.poll(() => tree.read(plan9Release), { timeout: 10_000 }).toContain('unpin_user_page(pages[i]);');
		await workbench.open(plan9);
		await workbench.undo();
		await workbench.squiggle('warning');
		// neither file is saved: what is told of one still goes by what the editor shows of the other
		await expect.poll(() => workbench.problemCounts(), { timeout: 20_000 }).toBe(problems);
		// "Save All" saves what has a tab, and VS Code gives a changed file one only after a while
		await workbench.open(plan9Release);
		await workbench.saveAll();
		await expect.poll(() => [plan9, plan9Release].map((path) => tree.read(path)), { timeout: 10_000 }).toEqual(before);
	});

	it('works in a header, which is C++ to VS Code', async () => {
		await workbench.open(header);
		expect(await workbench.languageMode()).toBe('C++');
		await workbench.goTo(tree.find(header, /^long pin_user_pages\(/, 'pin_user'));
		const text = await workbench.hover('pin_user_pages', 'long pin_user_pages');
		expect(text).toContain('unpin_user_page');
		expect(await workbench.languageStatus()).toMatch(/Linux 6\.12\.\d+/);
	});

	it('shows how the server is, and by which kernel it judges the file', async () => {
		await workbench.open(nfs);
		await workbench.command('GUP Lens: Show Server Status');
		const shown = async () => flat(await workbench.editor.innerText());
		await expect.poll(shown, { timeout: 30_000 }).toMatch(/Kernel: Linux 6\.12\.\d+, from the headers of this tree/);
		expect(await shown()).toMatch(/direct\.c, \d+ findings?/);
		expect(await shown()).toMatch(/Memory: \d+ MB/);
		expect(await shown()).toContain('Last audit: none since the server started');
	});

	it('colours flags and calls of the family, in C and in a header', async () => {
		const scopesAt = async (path: string, code: RegExp, word: string) => {
			await workbench.open(path);
			await workbench.goTo(tree.find(path, code, word));
			return workbench.scopes();
		};
		const call = /= get_user_pages_remote\(/;
		expect(await scopesAt(header, call, 'get_user_pages')).toContain('support.function.gup.get.gup-lens');
		expect(await scopesAt(enclaves, /get_user_pages_unlocked\(/, 'get_user')).toContain('support.function.gup.get');
		expect(await scopesAt(header, /& FOLL_NOWAIT/, 'FOLL_NOWAIT')).toContain('constant.other.foll.gup-lens');
		expect(await scopesAt(broadcom, /FOLL_WRITE/, 'FOLL_WRITE')).toContain('constant.other.foll.gup-lens');
	});

	it('restarts on command', async () => {
		const ready = () => code.log().split('server ready').length - 1;
		const before = ready();
		await workbench.command('GUP Lens: Restart Server');
		await expect.poll(ready, { timeout: 30_000 }).toBe(before + 1);
		await workbench.open(nfs);
		await workbench.squiggle('warning');
	});

	it('takes severities from the settings of the folder', async () => {
		await workbench.open(nfs);
		await workbench.squiggle('warning');
		const settings = { 'gup-lens.severity': { 'iov-iter-get-pages': 'error' } };
		mkdirSync(join(tree.folder, '.vscode'));
		writeFileSync(join(tree.folder, '.vscode', 'settings.json'), JSON.stringify(settings));
		await workbench.squiggle('error');
	});

	it('writes the chosen kernel version into the settings of the folder', async () => {
		await workbench.command('GUP Lens: Select Kernel Version');
		await workbench.choosePick('Kernel by Which Files Outside', '5.10');
		await expect
			.poll(() => tree.read('.vscode/settings.json'), { timeout: 10_000 })
			.toContain('"gup-lens.kernel": "5.10"');
	});

	it('takes a version or a folder of headers that is typed', async () => {
		const settings = () => tree.read('.vscode/settings.json');
		for (const typed of ['6.10', tree.folder]) {
			await workbench.command('GUP Lens: Select Kernel Version');
			await workbench.choosePick('Kernel by Which Files Outside', typed);
			await expect.poll(settings, { timeout: 10_000 }).toContain(`"gup-lens.kernel": "${typed}"`);
		}
	});

	it('asked no other machine for anything', () => {
		expect([...code.watched.offsite]).toEqual([]);
	});
});
