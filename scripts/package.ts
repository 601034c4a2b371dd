/** Packs gup-lens.vsix and prints its size by part. Run: `npm run package`. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from './editors/install.js';
import { shortened } from './shorten.js';
import { type Entry, readEntries } from './zip.js';

/** What the packed extension may weigh, in bytes. */
const limit = 1_000_000;
const target = join(root, 'gup-lens.vsix');

const build = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
if (build.status !== 0) process.exit(build.status ?? 1);

// vsce packs a folder as it is: one beside the sources, with the rule pages cut short
const staged = join(root, 'node_modules', '.cache', 'package');
rmSync(staged, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
for (const name of ['.vscodeignore', 'CHANGELOG.md', 'LICENSE', 'client', 'dist', 'docs/rules', 'schemas', 'syntaxes'])
	cpSync(join(root, name), join(staged, name), { recursive: true });
const pages = join(staged, 'docs', 'rules');
for (const name of readdirSync(pages))
	writeFileSync(join(pages, name), shortened(readFileSync(join(pages, name), 'utf8')));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
writeFileSync(join(staged, 'package.json'), JSON.stringify({ ...manifest, scripts: {} }, null, '\t'));

await createVSIX({
	cwd: staged,
	packagePath: target,
	dependencies: false,
	allowMissingRepository: true,
	// The README of the repository has pictures and links that are not packed.
	readmePath: 'client/README.md',
	rewriteRelativeLinks: false,
});

const total = readFileSync(target).length;
const entries = readEntries(readFileSync(target)).sort((a, b) => b.packed - a.packed);
console.log(table(entries));
console.log(`${kilobytes(total)}  gup-lens.vsix (limit ${kilobytes(limit).trim()})`);
if (total > limit) {
	console.error('The package is too large.');
	process.exitCode = 1;
}

function table(parts: readonly Entry[]): string {
	return parts.map(({ name, packed, size }) => `${kilobytes(packed)}  ${name} (${kilobytes(size).trim()})`).join('\n');
}

function kilobytes(bytes: number): string {
	return `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
}
