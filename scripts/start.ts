/**
 * What `npm start` does once everything is built: prints the findings of a folder, then opens it in a real editor.
 * `npm start -- --help` tells how to say what and where.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { codeServer, installCodeServer } from './editors/code-server.js';
import { editorsDir, root } from './editors/install.js';
import { findProgram } from './editors/programs.js';
import { furnish, serve } from './editors/serve.js';

interface Subject {
	/** Absolute path of the folder to open. */
	readonly folder: string;
	/** Place in it to show first: a path relative to it, with ":line:column" from 1 where there is one. */
	readonly place: string | undefined;
	/** Arguments for `gup-lens check`, run in `cwd`. */
	readonly check: readonly string[];
	/** Absolute path. */
	readonly cwd: string;
}

/** Asks the extension for its walkthrough and the list of problems (client/src/tour.ts). */
const TOUR = { GUP_LENS_TOUR: '1' };

const USAGE = `usage: npm start -- [--no-editor] [--port PORT] [PATH]
  PATH         a file, a driver or a kernel tree; the bundled examples without one
  --no-editor  print the findings and open nothing
  --port PORT  port for the editor in the browser; a free one without it
`;

const { values: options, positionals } = readArguments();
if (options.help) {
	process.stdout.write(USAGE);
	process.exit(0);
}

const subject = subjectOf(positionals[0]);
printFindings(subject);
if (!options['no-editor']) await openEditor(subject);

/** Ends with the usage where the arguments are none of ours. */
function readArguments() {
	try {
		const read = parseArgs({
			allowPositionals: true,
			options: {
				help: { type: 'boolean', short: 'h', default: false },
				'no-editor': { type: 'boolean', default: false },
				port: { type: 'string', default: '0' },
			},
		});
		const { positionals, values } = read;
		if (positionals.length > 1) throw new Error(`one path at a time, not ${positionals.join(' ')}`);
		if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) throw new Error(`no port: ${values.port}`);
		return read;
	} catch (error) {
		process.stderr.write(`npm start: ${(error as Error).message}\n${USAGE}`);
		process.exit(2);
	}
}

/** `path` is relative to where npm was started. */
function subjectOf(path: string | undefined): Subject {
	if (path === undefined) {
		const folder = join(root, 'examples');
		return { folder, place: 'drivers/misc/sluice.c:36:6', check: ['examples', '--kernel', '6.12'], cwd: root };
	}
	const cwd = process.env.INIT_CWD ?? process.cwd();
	const target = resolve(cwd, path);
	if (!existsSync(target)) {
		console.error(`${path}: no such file or folder`);
		process.exit(2);
	}
	const isFile = statSync(target).isFile();
	return {
		folder: isFile ? dirname(target) : target,
		place: isFile ? basename(target) : undefined,
		check: [path],
		cwd,
	};
}

/** As somebody would print them by hand, so that the line can be used again. */
function printFindings({ check, cwd }: Subject): void {
	const cli = join(root, 'dist', 'cli.js');
	console.log(`$ node ${relative(cwd, cli)} check ${check.join(' ')}`);
	const run = spawnSync(process.execPath, [cli, 'check', ...check], { cwd, stdio: 'inherit' });
	// 1 says that there are findings, which is what the examples are for.
	if (run.status !== 0 && run.status !== 1) process.exit(run.status ?? 1);
}

async function openEditor(subject: Subject): Promise<void> {
	const code = findProgram('code', 'code-insiders', 'codium');
	if (code !== undefined) return openDesktop(code, subject);
	if (codeServer() !== undefined) return openBrowser(subject);
	console.error('\nNo editor to open: install VS Code with its `code` command and run `npm start` again.');
}

/** The extension straight from the checkout, in a window of its own. */
function openDesktop(code: string, { folder, place }: Subject): void {
	const places = place === undefined ? [] : ['--goto', join(folder, place)];
	const run = spawnSync(code, ['--new-window', `--extensionDevelopmentPath=${root}`, folder, ...places], {
		stdio: 'inherit',
		env: { ...process.env, ...TOUR },
	});
	if (run.status !== 0) process.exit(run.status ?? 1);
	console.error(`\nOpened ${folder} in ${basename(code)}.`);
}

/** VS Code as code-server, on localhost, until Ctrl-C. */
async function openBrowser({ folder, place }: Subject): Promise<void> {
	if (!codeServer()?.installed) {
		console.error('\nVS Code is not on PATH. Installing code-server into .cache (once, 800 MB, one to three minutes).');
	}
	const editor = installCodeServer();
	// What is not ours is trusted only by whoever opened it.
	const restricted = folder !== join(root, 'examples');
	const settings = restricted ? { 'security.workspace.trust.startupPrompt': 'once' } : {};
	const home = { folder: join(editorsDir, 'start'), settings, restricted, variables: TOUR };
	const pack = spawnSync('npm', ['run', '--silent', 'package'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
	if (pack.status !== 0) process.exit(pack.status ?? 1);
	furnish(editor, home, join(root, 'gup-lens.vsix'));
	const served = await serve(editor, home, Number(options.port));
	const url = served.url(folder, place);
	console.error(`\nVS Code with GUP Lens: ${url}\nCtrl-C ends it.`);
	showInBrowser(url);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void served.stop());
	await new Promise((done) => served.process.once('exit', done));
}

/** Opens the address where there is a desktop; elsewhere the printed one has to do. */
function showInBrowser(url: string): void {
	const desktop = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
	const opener = process.platform === 'darwin' ? findProgram('open') : findProgram('xdg-open');
	if (!desktop || opener === undefined || !process.stdout.isTTY) return;
	spawn(opener, [url], { stdio: 'ignore', detached: true })
		.on('error', () => {})
		.unref();
}
