/**
 * From `npm start` to the first fix, as a new user goes: `npm run bench:start [-- CHECKOUT]`. Counts the steps and keystrokes and takes the
 * time of each, in VS Code as the browser has it. CHECKOUT is a clone with its packages installed; default: this one.
 * Needs code-server and chromium, and no desktop VS Code on the PATH, which would open its window.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { openBrowser } from '../test/editors/browser.js';
import { Workbench } from '../test/editors/workbench.js';
import { root } from './editors/install.js';
import { table } from './table.js';

const checkout = resolve(process.argv[2] ?? root);
const begun = performance.now();
const rows: string[][] = [];
let keystrokes = 0;

function step(what: string, keys = 0): void {
	keystrokes += keys;
	rows.push([String(rows.length + 1), what, String(keys), ((performance.now() - begun) / 1000).toFixed(1)]);
}

const child = spawn(process.execPath, [join(checkout, 'scripts', 'start.mjs')], {
	cwd: checkout,
	stdio: ['ignore', 'ignore', 'pipe'],
});
const ended = new Promise((done) => child.once('exit', done));
try {
	const url = await printedUrl();
	step('npm start prints the address');
	const browser = await openBrowser(url);
	try {
		const workbench = new Workbench(browser.page);
		await workbench.ready();
		await workbench.squiggle('warning');
		step('open the address: the cursor is on a finding');
		await workbench.editor.locator('.view-line').first().waitFor();
		// as whoever has read the walkthrough beside it: back to the code
		await browser.page.keyboard.press('Control+1');
		const titles = await workbench.quickFixes();
		if (!titles[0]?.startsWith('Convert to ')) throw new Error(`the first action is ${titles[0]}`);
		step('back to the code, and Ctrl+. lists the conversion first', 2);
		await browser.page.keyboard.press('Enter');
		await workbench.previewedChanges();
		step('Enter shows the changes', 1);
		await workbench.applyPreview();
		await workbench.page.locator('.view-line', { hasText: 'pin_user_pages_fast' }).first().waitFor();
		step('Apply makes them', 1);
	} finally {
		await browser.close();
	}
} finally {
	child.kill('SIGTERM');
	await ended;
}
console.log(table(['step', '', 'keys', 'seconds'], rows));
console.log(`${rows.length} steps, ${keystrokes} keystrokes or clicks`);

function printedUrl(): Promise<string> {
	return new Promise((found, reject) => {
		let text = '';
		child.stderr.on('data', (data) => {
			text += data;
			const url = /http:\/\/127\.0\.0\.1\S+/.exec(text)?.[0];
			if (url !== undefined) found(url);
		});
		child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${text}`)));
	});
}
