/** What the rule pages quote from kernel files stands there word for word. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, TREES_HINT } from '../../scripts/trees.js';
import { pagePath, ruleNames } from '../rules/pages.js';

const trees = TREE_NAMES.map(kernelTree).filter((root) => root !== undefined);

interface Quotation {
	readonly page: string;
	readonly file: string;
	readonly text: string;
}

/** "`fn()` in `mm/gup.c`: "what it says"", in the references of a page; the file is the one named last before it. */
function quotations(page: string): Quotation[] {
	const [, references = ''] = readFileSync(pagePath(page), 'utf8').split('\n## References\n');
	return references.split('\n').flatMap((line) => {
		const found: Quotation[] = [];
		let file = '';
		for (const [, path, text] of line.matchAll(/`((?:[\w-]+\/)+[\w.-]+)`|"([^"]+)"/g)) {
			if (path) file = path;
			else if (file && text) found.push({ page, file, text });
		}
		return found;
	});
}

/** Without the stars of comments, line ends and repeated blanks. */
const plain = (text: string): string =>
	text
		.replace(/^\s*\/?\*+\/?/gm, ' ')
		.replace(/\s+/g, ' ')
		.trim();

const inSource = ({ file, text }: Quotation): boolean =>
	trees.some((root) => {
		const path = join(root, file);
		return existsSync(path) && plain(readFileSync(path, 'utf8')).includes(plain(text));
	});

describe('a quotation', () => {
	const all = ruleNames().flatMap(quotations);

	it.skipIf(trees.length === 0)(`stands in its source (${TREES_HINT})`, () => {
		expect(all.length).toBeGreaterThan(5);
		expect(all.filter((quotation) => !inSource(quotation))).toEqual([]);
	});

	it.skipIf(trees.length === 0)(`that stands nowhere is found (${TREES_HINT})`, () => {
		expect(inSource({ page: '', file: 'mm/gup.c', text: 'the return value may be less than that' })).toBe(false);
	});
});
