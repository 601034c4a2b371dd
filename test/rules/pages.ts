/** Where the pages of the rules are: one for people, and one with the other examples, which are tests. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'rules');
const INDEX = 'README.md';

/** All rules with a page, sorted. */
export function ruleNames(): string[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith('.md') && name !== INDEX)
		.map((name) => name.slice(0, -'.md'.length))
		.sort();
}

export function pagePath(rule: string): string {
	return join(folder, `${rule}.md`);
}

export function examplesPath(rule: string): string {
	return join(folder, 'examples', `${rule}.md`);
}
