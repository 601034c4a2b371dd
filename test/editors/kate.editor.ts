import { spawn } from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/editors/install.js';
import { recipesOf } from '../support/recipes.js';
import { requiring } from './missing.js';

const kate = requiring('The Kate configuration of docs/editors.md', 'kate');

describe.skipIf(kate.skip)(kate.title, () => {
	it('starts the server for a C file, which publishes its findings', async () => {
		const home = mkdtempSync(join(tmpdir(), 'gup-lens-kate-'));
		const at = (...names: readonly string[]) => join(home, ...names);
		const answers = at('answers');
		try {
			const server = `'${process.execPath}' '${join(root, 'dist', 'cli.js')}'`;
			// what the server says, kept on its way to Kate
			writeFileSync(at('gup-lens'), `#!/bin/sh\n${server} "$@" | tee '${answers}'\n`);
			chmodSync(at('gup-lens'), 0o755);
			const settings = at('config', 'kate', 'lspclient', 'settings.json');
			mkdirSync(at('config', 'kate', 'lspclient'), { recursive: true });
			mkdirSync(at('run'), { mode: 0o700 });
			writeFileSync(settings, recipesOf('docs/editors.md')('json kate'));
			const plugin = `[Kate Plugins]\nlspclientplugin=true\n\n[lspclient]\nServerConfiguration=file://${settings}\n`;
			// versions that ask before they start a server
			const allowed = `AllowedServerCommandLines=${at('gup-lens')} lsp --stdio\n`;
			writeFileSync(at('config', 'katerc'), plugin + allowed);
			copyFileSync(join(root, 'examples/drivers/misc/weir.c'), at('weir.c'));
			const editor = spawn('kate', ['--new', '--block', 'weir.c'], {
				cwd: home,
				stdio: 'ignore',
				env: {
					...process.env,
					PATH: `${home}${delimiter}${process.env.PATH}`,
					HOME: home,
					XDG_CONFIG_HOME: at('config'),
					XDG_DATA_HOME: at('data'),
					XDG_CACHE_HOME: at('cache'),
					XDG_RUNTIME_DIR: at('run'),
					QT_QPA_PLATFORM: 'offscreen',
				},
			});
			const ended = new Promise((resolve) => editor.once('close', resolve));
			try {
				await expect
					.poll(() => (existsSync(answers) ? readFileSync(answers, 'utf8') : ''), { timeout: 60_000, interval: 200 })
					.toMatch(/"textDocument\/publishDiagnostics".*weir\.c.*"pin-put-page"/);
			} finally {
				editor.kill();
				await ended;
			}
		} finally {
			rmSync(home, { recursive: true, force: true, maxRetries: 5 });
		}
	});
});
