/** The C texts of this project with findings in nearly all of them: what tests over "any code" are made of. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bugs, trapPaths } from '../record/bugs.js';
import { readMarkers } from '../rules/markers.js';
import { readPage } from '../rules/page.js';
import { examplesPath, pagePath, ruleNames } from '../rules/pages.js';

export interface Specimen {
	/** Where it is from, for people. */
	readonly name: string;
	readonly text: string;
	/** Path and kernel version it is analysed as; the version "assumed" where nobody says which one it is. */
	readonly path: string;
	readonly kernel: string;
}

const root = join(import.meta.dirname, '..', '..');
const DRIVER = 'drivers/misc/example.c';
const KERNEL = '6.12';

/** The drivers of examples/, each by itself. */
export function examples(): Specimen[] {
	const folder = join(root, 'examples');
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.c'))
		.sort()
		.map((name) => ({
			name,
			text: readFileSync(join(folder, name), 'utf8'),
			path: name.replaceAll('\\', '/'),
			kernel: KERNEL,
		}));
}

/** The C blocks of the rule pages without their markers: `RULE.md:line`, and `RULE.md#line` on its page of examples. */
export function pages(): Specimen[] {
	return ruleNames().flatMap((rule) => [
		...blocks(pagePath(rule), `${rule}.md:`),
		...blocks(examplesPath(rule), `${rule}.md#`),
	]);
}

function blocks(page: string, name: string): Specimen[] {
	const { examples: all } = readPage(readFileSync(page, 'utf8'));
	return all.map(({ code, path, kernel, line }) => ({ name: `${name}${line}`, text: code, path, kernel }));
}

/** The record of bugs, before and after each fix, and the code that only looks wrong. */
export function records(): Specimen[] {
	const folder = join(root, 'test', 'record');
	const text = (name: string) => readMarkers(readFileSync(join(folder, name), 'utf8')).code;
	const pairs = bugs.flatMap(({ name, path = DRIVER, kernel = KERNEL }) =>
		[`${name}.before.c`, `${name}.after.c`].map((file) => ({ name: file, text: text(file), path, kernel })),
	);
	const traps = readdirSync(join(folder, 'traps'))
		.sort()
		.map((name) => ({ name, text: text(join('traps', name)), path: trapPaths[name] ?? DRIVER, kernel: KERNEL }));
	return [...pairs, ...traps];
}
