import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCodeServer } from '../../scripts/editors/code-server.js';
import { root } from '../../scripts/editors/install.js';
import { furnish, type Served, serve } from '../../scripts/editors/serve.js';
import { openBrowser, type Watched } from './browser.js';
import { Workbench } from './workbench.js';

/** What keeps pictures and clicks steady. */
const steadySettings = {
	'git.enabled': false,
	'editor.minimap.enabled': false,
	'editor.hover.delay': 100,
	'editor.accessibilitySupport': 'off',
	'files.autoSave': 'off',
	'window.confirmBeforeClose': 'never',
};

/** VS Code with the packed extension, on a folder of its own profile. */
export interface VsCode {
	readonly workbench: Workbench;
	readonly watched: Watched;
	/** What the extension has written to its output so far. */
	log(): string;
	close(): Promise<void>;
}

/** Starts code-server and opens a folder (absolute path) in it; `settings` come on top of the usual ones. */
export async function openVsCode(
	folder: string,
	settings: Readonly<Record<string, unknown>> = {},
	more: Pick<Parameters<typeof furnish>[1], 'restricted' | 'variables'> = {},
): Promise<VsCode> {
	const profile = mkdtempSync(join(tmpdir(), 'vscode-'));
	const editor = installCodeServer();
	const home = { folder: profile, settings: { ...steadySettings, ...settings }, ...more };
	furnish(editor, home, join(root, 'gup-lens.vsix'));
	const served: Served = await serve(editor, home);
	const watched = await openBrowser(served.url(folder)).catch(async (error) => {
		await served.stop();
		throw error;
	});
	const workbench = new Workbench(watched.page);
	await workbench.ready();
	return {
		workbench,
		watched,
		log: () => outputOf(profile),
		async close() {
			await watched.close();
			await served.stop();
			rmSync(profile, { recursive: true, force: true });
		},
	};
}

/** VS Code keeps the text of an output channel below the logs of the extension host that made it. */
function outputOf(profile: string): string {
	const files = readdirSync(join(profile, 'logs'), { recursive: true, encoding: 'utf8' });
	const own = files.filter((name) => name.endsWith('GUP Lens.log'));
	return own.map((name) => readFileSync(join(profile, 'logs', name), 'utf8')).join('');
}
