/** Drafts: what is refused for want of proof, with each thing that a person has to decide. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { HANDED, MIXED, OWNED } from '../support/tern.js';
import { applied, draftsOf, only } from './engine.js';

function draftOf(text: string) {
	const drafts = draftsOf(text);
	expect(drafts).toHaveLength(1);
	const [draft] = drafts;
	if (!draft) throw new Error('no draft');
	const [after = ''] = Object.values(applied(text, draft.conversion));
	return { decisions: draft.decisions.map(({ message }) => message), after };
}

describe('a draft', () => {
	test('of pages with an owner of their own says that the owner has to learn of pins', () => {
		expect(only(OWNED).refusal?.reason).toMatch(/second reference/);
		const { decisions, after } = draftOf(OWNED);
		expect(decisions).toEqual([
			expect.stringMatching(/^get_page\(\) in tern_req_new\(\) .* `req->page` .*; decide whether/),
		]);
		expect(after).toContain('unpin_user_pages(pages, npages)');
		expect(after).toContain('put_page(req->page)');
		expect(after).not.toMatch(/unsigned int i;\n\n\tif \(need_unpin\)/);
	});

	test('of pages of two origins says by what it takes them apart', () => {
		expect(only(MIXED).refusal).toBeDefined();
		const { decisions, after } = draftOf(MIXED);
		expect(decisions.join()).toMatch(/put_page\(\) in tern_unmap\(\) .*`cmd->copied` is not set/);
		expect(after).toContain('__free_page(cmd->pages[i])');
		expect(after).not.toContain('\tput_page(');
	});

	test('names the function that was not found', () => {
		const { decisions, after } = draftOf(HANDED);
		expect(decisions).toEqual([expect.stringMatching(/^tern_engine_write\(\) gets the pages/)]);
		expect(after).toContain('pin_user_pages_fast(addr, nr, FOLL_WRITE, pages)');
	});

	test.each([
		['in a list of pages', HANDED.replace('\tret =', '\tlist_add(&pages[0]->lru, &tern_done);\n\tret =')],
		[
			'whose references are counted',
			HANDED.replace('\tret =', '\tif (page_count(pages[0]) > 1)\n\t\treturn -EBUSY;\n\tret ='),
		],
		['that syntax errors hide', HANDED.replace('\tret =', '\tif ((\n\tret =')],
	])('is not made of pages %s', (_, text) => {
		expect(draftsOf(text)).toEqual([]);
	});
});

const FOLDER = join(import.meta.dirname, 'shapes');

test('no shape has a draft beside a conversion, or one without a decision', () => {
	let found = 0;
	for (const name of readdirSync(FOLDER)) {
		const text = readFileSync(join(FOLDER, name), 'utf8');
		const drafts = draftsOf(text);
		if (/^\/\/ expect: converted$/m.test(text)) expect(drafts, name).toEqual([]);
		for (const { decisions, conversion, offer } of drafts) {
			found++;
			expect(offer.conversions, name).toEqual([]);
			expect(conversion.edits.length, name).toBeGreaterThan(1);
			expect(decisions.length, name).toBeGreaterThan(0);
			expect(decisions.length, name).toBeLessThanOrEqual(12);
			for (const { message, start, end } of decisions) {
				expect(message, name).toMatch(/; decide whether .*[^.]$/);
				expect(start, name).toBeLessThan(end);
			}
		}
	}
	expect(found).toBeGreaterThan(20);
});
