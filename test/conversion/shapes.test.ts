/**
 * Drivers in which one release hides, or pages of another origin share one: each is refused, or nothing of the pages is given back as a
 * reference any more. The head of each file says what hides.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applied, only } from './engine.js';

const FOLDER = join(import.meta.dirname, 'shapes');

/** Releases that are left where they are, because their pages are others: of the allocator. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
	'iterkvec.c': ['__free_page(p);'],
	'alignedfor.c': ['put_page(bounce[i]);'],
	'cleanupkern.c': ['put_page(*pp);'],
	'forheader.c': ['put_page(*k++))'],
};

const files = readdirSync(FOLDER).map((name) => {
	const text = readFileSync(join(FOLDER, name), 'utf8');
	return { name, text, expected: /^\/\/ expect: (converted|refused)$/m.exec(text)?.[1] };
});

const CODE =
	/\/\*[\s\S]*?\*\/|\/\/.*|(\b(?:put_page|folio_put|folio_put_refs|release_pages|__free_pages?|free_page)\b.*)/g;

function releasesIn(text: string): string[] {
	return [...text.matchAll(CODE)].flatMap(([, release]) => release ?? []);
}

test('there are enough of both kinds', () => {
	expect(files.filter(({ expected }) => expected === 'refused').length).toBeGreaterThan(100);
	expect(files.filter(({ expected }) => expected === 'converted').length).toBeGreaterThan(35);
});

describe.each(files)('$name', ({ name, text, expected }) => {
	test(`is ${expected}`, () => {
		const { conversions, refusal } = only(text);
		expect(conversions.length > 0 ? 'converted' : 'refused', refusal?.reason).toBe(expected);
		for (const conversion of conversions)
			expect(releasesIn(Object.values(applied(text, conversion))[0] as string)).toEqual(OTHERS[name] ?? []);
	});
});
