import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

let built: Promise<string> | undefined;

/** The real server, bundled as it ships, in a folder of this process. @returns path of server.js */
export async function buildServer(): Promise<string> {
	return join(await buildServers(), 'server.js');
}

/** @returns folder with server.js, server.worker.js, engine.js and the two wasm files */
export function buildServers(): Promise<string> {
	built ??= bundle();
	return built;
}

async function bundle(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'gup-lens-server-'));
	process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
	const root = join(import.meta.dirname, '..', '..');
	const outdir = join(folder, 'dist');
	// as in the package: the rule pages lie beside dist/
	await symlink(join(root, 'docs'), join(folder, 'docs'));
	await promisify(execFile)(process.execPath, [
		join(root, 'esbuild.mjs'),
		'--production',
		'--only=server,server.worker',
		`--outdir=${outdir}`,
	]);
	return outdir;
}
