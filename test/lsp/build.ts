import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

let built: Promise<string> | undefined;

/** The real server, bundled as it ships, in a folder of this process. @returns path of server.js */
export function buildServer(): Promise<string> {
	built ??= bundle();
	return built;
}

async function bundle(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'gup-lens-server-'));
	process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
	const script = join(import.meta.dirname, '..', '..', 'esbuild.mjs');
	await promisify(execFile)(process.execPath, [script, '--production', '--only=server', `--outdir=${folder}`]);
	return join(folder, 'server.js');
}
