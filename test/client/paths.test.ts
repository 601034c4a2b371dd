/** The paths as the editor walks, marks and draws them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lifeOf, lifePage } from '../../client/src/paths/life.js';
import { type Located, marksIn, moved, positionWords, treeOf, Walk } from '../../client/src/paths/model.js';
import { relocated } from '../../server/src/explain/index.js';
import type { PathsAnswer } from '../../server/src/lsp/paths.js';
import { Lines } from '../../server/src/workspace/lines.js';
import { engine, kernel } from '../syntax/engine.js';

const text = readFileSync(join(import.meta.dirname, '..', 'cli', 'fixtures', 'flow', 'plover.c'), 'utf8');
const home = 'file:///linux/drivers/plover.c';

function lineOf(needle: string): number {
	return text.slice(0, text.indexOf(needle)).split('\n').length;
}

/** What the server answers for the line of a needle. */
function answer(needle: string, rule?: string): PathsAnswer {
	const file = engine.open();
	const options = { path: 'drivers/plover.c', kernel, fixes: false };
	const about = file.analyse(text, options).findings.find((finding) => finding.rule === rule);
	const { pages } = file.paths(text, options, lineOf(needle), about);
	file.dispose();
	const lines = new Lines(text);
	const at = (offset: number) => {
		const { line, column } = lines.position(offset);
		return { line: line - 1, character: column - 1 };
	};
	return {
		pages: pages.map((one) =>
			relocated(one, ({ start, end }): Located => ({ uri: home, range: { start: at(start), end: at(end) } })),
		),
	};
}

const walkOf = (needle: string, rule?: string) => new Walk(treeOf(answer(needle, rule)));

describe('a walk', () => {
	it('begins on the path that a finding is about, else on one that is wrong', () => {
		expect(walkOf('FOLL_WRITE, &page', 'gup-double-release').path?.path.isOfFinding).toBe(true);
		// the helper's own pages are right, those of its caller are not
		const partial = walkOf('4, FOLL_WRITE, pages');
		expect(partial.path?.path.ending.kind).toBe('short-left');
		expect(walkOf('FOLL_LONGTERM').path?.path.ending.kind).toBe('released');
	});

	it('goes step by step and stays at both ends', () => {
		const walk = walkOf('get_user_pages_fast(addr, 1, 0');
		expect(positionWords(walk)).toBe('path 1 of 3, step 1 of 4');
		walk.stepBy(-1);
		expect(positionWords(walk)).toBe('path 1 of 3, step 1 of 4');
		for (let i = 0; i < 9; i++) walk.stepBy(1);
		expect(positionWords(walk)).toBe('path 1 of 3, step 4 of 4');
		expect(walk.step?.step.kind).toBe('end');
	});

	it('goes from path to path in a circle, also over the pages of several calls', () => {
		const walk = walkOf('4, FOLL_WRITE, pages');
		const all = walk.roots.flatMap(({ children }) => children).length;
		const seen = new Set<string>();
		for (let i = 0; i < all; i++) {
			seen.add(walk.path?.id ?? '');
			walk.pathBy(1);
		}
		expect(seen.size).toBe(all);
		const first = walk.path;
		walk.pathBy(-1);
		walk.pathBy(1);
		expect(walk.path).toBe(first);
	});

	it('goes on where it was when the answer is another one', () => {
		const walk = walkOf('get_user_pages_fast(addr, 1, 0');
		walk.pathBy(1);
		walk.stepBy(1);
		const next = walkOf('get_user_pages_fast(addr, 1, 0');
		next.resume(walk);
		expect(positionWords(next)).toBe(positionWords(walk));
		const none = new Walk([]);
		none.resume(walk);
		none.stepBy(1);
		none.pathBy(1);
		expect(none.current).toBeUndefined();
		expect(positionWords(none)).toBe('');
	});
});

describe('marks', () => {
	it('stand once on a line, for the current step where it is there', () => {
		const walk = walkOf('FOLL_WRITE, &page', 'gup-double-release');
		const line = lineOf('FOLL_WRITE, &page') - 1;
		const on = () => marksIn(walk, home).filter((mark) => mark.line === line);
		expect(on()).toMatchObject([{ text: '1/5: 0 or 1 referenced, not checked yet', isCurrent: true }]);
		walk.stepBy(1);
		expect(on()).toMatchObject([{ text: '2/5: 1 referenced, 1 left', isCurrent: true }]);
		walk.stepBy(1);
		const [both] = on();
		expect(both).toMatchObject({ text: '2/5: 1 referenced, 1 left', isCurrent: false });
		expect(both?.at).toHaveLength(2);
	});

	it('are those of the document alone', () => {
		expect(marksIn(walkOf('FOLL_LONGTERM'), 'file:///linux/drivers/other.c')).toEqual([]);
	});
});

describe('a position', () => {
	const asked = { line: 10, character: 4 };
	const edit = (from: number, to: number, replaced: string) => ({
		range: { start: { line: from }, end: { line: to } },
		text: replaced,
	});

	it('moves with the lines before it, and with no other', () => {
		expect(moved(asked, [edit(2, 2, '\n\n')]).line).toBe(12);
		expect(moved(asked, [edit(2, 5, '')]).line).toBe(7);
		expect(moved(asked, [edit(10, 10, 'x'), edit(11, 14, '')]).line).toBe(10);
		expect(moved(asked, [edit(0, 0, '\n'), edit(1, 1, '\n')]).line).toBe(12);
	});
});

describe('the life of pages', () => {
	it('puts what comes of pages that are kept below where they are kept', () => {
		const [pages] = answer('FOLL_LONGTERM').pages;
		const nodes = pages ? lifeOf(pages, home) : [];
		expect(nodes.map(({ depth, title }) => `${depth} ${title}`)).toEqual([
			'0 Pinned by pin_user_pages_fast()',
			'1 Released by unpin_user_pages()',
			'1 Stored in plover->pages',
			'2 Released by unpin_user_pages_dirty_lock()',
		]);
		expect(nodes[3]?.detail).toBe(`plover_close(), line ${lineOf('unpin_user_pages_dirty_lock')}`);
	});

	it('is a page that runs its own script alone and escapes what a tree says', () => {
		const at = { uri: home, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } } };
		const html = lifePage(
			[{ kind: 'wrong', title: '</svg><script>alert(1)</script>', detail: '"&\'', at, depth: 0 }],
			'"><img src=x>',
			'n0nce',
		);
		expect(html).toContain("default-src 'none'; style-src 'nonce-n0nce'; script-src 'nonce-n0nce'");
		expect(html.match(/<script/g)).toHaveLength(1);
		expect(html).not.toContain('<img');
		expect(html).not.toMatch(/https?:|unsafe-inline/);
	});
});
