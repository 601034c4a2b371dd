import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { coveragePage } from '../../scripts/coverage-page.js';
import { ruleIndex, withRuleTable } from '../../scripts/rule-index.js';
import { ruleMetas } from '../../server/src/rules/index.js';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the documentation', () => {
	it('has the rules there are: npm run generate', () => {
		expect(read('docs/rules/README.md')).toBe(ruleIndex(ruleMetas));
		const readme = read('README.md');
		expect(readme).toBe(withRuleTable(readme, ruleMetas, 'docs/rules/'));
		for (const { id } of ruleMetas) expect(readme).toContain(`docs/rules/${id}.md`);
	});

	it('has the coverage that is measured: npm run generate', () => {
		expect(read('docs/coverage.md')).toBe(coveragePage(JSON.parse(read('test/mutants/figures.json'))));
	});

	const pages = [
		'README.md',
		'ARCHITECTURE.md',
		'CONTRIBUTING.md',
		'SECURITY.md',
		'docs/configuration.md',
		'docs/coverage.md',
		'docs/out-of-tree.md',
		'docs/paths.md',
		'docs/rules/README.md',
		...ruleMetas.map(({ id }) => `docs/rules/${id}.md`),
	];

	it.each(pages)('%s links to files that are there', (page) => {
		const links = [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) => link as string);
		const dead = links.filter((link) => !existsSync(join(root, dirname(page), link)));
		expect(dead).toEqual([]);
	});

	it.each(['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/coverage.md', 'docs/out-of-tree.md'])(
		'%s names only npm scripts that exist',
		(page) => {
			const { scripts } = JSON.parse(read('package.json'));
			const named = [...read(page).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name as string);
			expect(named.filter((name) => !(name in scripts))).toEqual([]);
		},
	);
});
