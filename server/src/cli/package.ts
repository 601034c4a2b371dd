import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Folder of the package: the sources and dist/ lie at different depths below it. */
export const packageRoot = nearestPackage(here);

/** Folder of the built program; undefined where the sources run. */
export const folderOfProgram = here === join(packageRoot, 'dist') ? here : undefined;

/** File with the page of a rule. */
export function rulePage(rule: string): string {
	return join(packageRoot, 'docs', 'rules', `${rule}.md`);
}

/** File with the examples of a rule. */
export function examplesPage(rule: string): string {
	return join(packageRoot, 'docs', 'rules', 'examples', `${rule}.md`);
}

function nearestPackage(folder: string): string {
	if (existsSync(join(folder, 'package.json'))) return folder;
	const above = dirname(folder);
	if (above === folder) throw new Error('package.json of gup-lens is missing');
	return nearestPackage(above);
}
