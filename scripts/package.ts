/** Packs gup-lens.vsix and prints its size by part. Run: `npm run package`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { root } from './editors/install.js';
import { type Entry, readEntries } from './zip.js';

/** What the packed extension may weigh, in bytes. */
const limit = 800_000;
const target = join(root, 'gup-lens.vsix');

await createVSIX({
	cwd: root,
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
