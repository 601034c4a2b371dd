import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coveragePage } from '../../scripts/coverage-page.js';
import { ruleIndex } from '../../scripts/rule-index.js';
import { ruleMetas } from '../../server/src/rules/index.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the documentation', () => {
	it('has the rules there are: npm run generate', () => {
		expect(read('docs/rules/README.md')).toBe(ruleIndex(ruleMetas));
	});

	it('has the coverage that is measured: npm run generate', () => {
		expect(read('docs/coverage.md')).toBe(coveragePage(JSON.parse(read('test/mutants/figures.json'))));
	});

	const pages = readdirSync(root)
		.filter((name) => name.endsWith('.md'))
		.concat(readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`))
		.map((path) => path.replaceAll('\\', '/'))
		.filter((path) => path.endsWith('.md'));

	it.each(pages)('%s links to files that are there', (page) => {
		const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) => link as string);
		const dead = links.filter((link) => !existsSync(join(root, dirname(page), link)));
		expect(dead).toEqual([]);
	});

	it.each(pages)('%s names only npm scripts that exist', (page) => {
		const { scripts } = JSON.parse(read('package.json'));
		const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string);
		expect(named.filter((name) => !(name in scripts))).toEqual([]);
	});

	it('names with each figure the command that measures it', () => {
		const [, ...sections] = read('docs/figures.md').split(/^## /m);
		expect(sections.length).toBeGreaterThan(5);
		expect(sections.filter((section) => !/`npm run [\w:-]+/.test(section))).toEqual([]);
	});
});
