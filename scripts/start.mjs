/**
 * `npm start` on a bare clone: installs and builds what is missing, then hands over to scripts/start.ts.
 * Plain Node without dependencies, because nothing is installed yet when it runs.
 */
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFresh, dependenciesFresh } from './testing/freshness.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
	console.error(`GUP Lens needs Node 20.19 or newer; this is ${process.versions.node}.`);
	process.exit(1);
}

/** Runs npm in the checkout and ends with its exit code when it fails. */
function npm(...args) {
	const { status } = spawnSync('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell: windows });
	if (status !== 0) process.exit(status ?? 1);
}

if (!dependenciesFresh(root)) {
	console.error('Installing dependencies (once)...');
	npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
}
if (!buildFresh(root)) {
	console.error('Building...');
	npm('run', '--silent', 'build');
}

const script = [join(root, 'scripts', 'run.mjs'), join(root, 'scripts', 'start.ts'), ...process.argv.slice(2)];
const child = spawn(process.execPath, script, { stdio: 'inherit' });
// Ctrl-C reaches the child as well; it ends in its own time, and this process after it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
// npm starts this through a shell that passes no SIGTERM on: it leaves us to another parent, and we end too.
const { ppid } = process;
setInterval(() => process.ppid !== ppid && child.kill('SIGTERM'), 1000).unref();
child.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)));
