import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the package: the sources and dist/ lie at different depths below it. */
export const packageRoot = nearestPackage(dirname(fileURLToPath(import.meta.url)));

export const tool: { readonly name: string; readonly version: string } = manifest();

function nearestPackage(folder: string): string {
	if (existsSync(join(folder, 'package.json'))) return folder;
	const above = dirname(folder);
	if (above === folder) throw new Error('package.json of gup-lens is missing');
	return nearestPackage(above);
}

function manifest(): { name: string; version: string } {
	const { name, version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
	return { name, version };
}
