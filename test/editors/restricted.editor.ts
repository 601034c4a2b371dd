import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../scripts/editors/programs.js';
import { OK, TREE } from '../audit/fixtures.js';
import { requiring } from './missing.js';
import { openVsCode, type VsCode } from './vscode.js';
import type { Workbench } from './workbench.js';

const vscode = requiring('a workspace that nobody trusts, in VS Code', 'code-server', 'chromium');

/** A finding of a file that is not opened. */
const CLOSED = OK.replace('unpin_user_page(page)', 'put_page(page)');

describe.skipIf(vscode.skip)(vscode.title, () => {
	let home: string;
	/** Programs that leave a trace and go on as the real ones. */
	let bin: string;
	let traces: string;
	let code: VsCode;
	let workbench: Workbench;
	const traced = () => readdirSync(traces).map((name) => name.replace(/\..*/, ''));

	const open = async (restricted: boolean) => {
		code = await openVsCode(
			join(home, 'linux'),
			{},
			{
				restricted,
				// started like this, VS Code takes no PATH from a login shell
				variables: { PATH: [bin, process.env.PATH].join(delimiter), VSCODE_CLI: '1' },
			},
		);
		workbench = code.workbench;
	};

	beforeAll(() => {
		home = mkdtempSync(join(tmpdir(), 'gup-lens-'));
		bin = join(home, 'bin');
		traces = join(home, 'traces');
		const workspace = JSON.stringify({ 'gup-lens.audit.workspaceDiagnostics': true });
		for (const [path, text] of Object.entries({
			...TREE,
			'fs/peek.c': CLOSED,
			'.vscode/settings.json': workspace,
		})) {
			const file = join(home, 'linux', path);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, text);
		}
		mkdirSync(traces);
		mkdirSync(bin);
		for (const name of ['git', 'rg']) {
			const script = join(bin, name);
			const real = findProgram(name);
			writeFileSync(script, `#!/bin/sh\ntouch ${traces}/${name}.$$\n${real ? `exec ${real} "$@"` : ''}\n`);
			chmodSync(script, 0o755);
		}
		for (const argv of [
			['init', '-q'],
			['add', '-A'],
		])
			expect(spawnSync('git', argv, { cwd: join(home, 'linux') }).status).toBe(0);
	});
	afterAll(() => rmSync(home, { recursive: true, force: true }));

	describe('in Restricted Mode', () => {
		beforeAll(() => open(true), 120_000);
		afterAll(() => code?.close());

		it('judges the file that is open, and no other: the workspace has no say in that', async () => {
			await workbench.open('drivers/misc/grab.c');
			await workbench.squiggle('warning');
			const problems = await workbench.problems('foll-get-for-dma');
			expect(problems.join('\n')).not.toContain('pin-put-page');
		});

		it('audits without starting a program', async () => {
			await workbench.showView('GUP Lens');
			await workbench.welcome('Audit Kernel Tree');
			await workbench.treeRow('convert').waitFor({ timeout: 60_000 });
			expect(traced()).toEqual([]);
		});
	});

	describe('where it is trusted', () => {
		beforeAll(() => open(false), 120_000);
		afterAll(() => code?.close());

		it('finds what stands in files that are not open, by git and ripgrep', async () => {
			await workbench.open('drivers/misc/grab.c');
			await workbench.squiggle('warning');
			const problems = await workbench.problems('pin-put-page');
			expect(problems.join('\n')).toContain('pin-put-page');
			expect(traced()).toContain('git');
		});
	});
});
