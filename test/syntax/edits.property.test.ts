import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREES_HINT } from '../../scripts/trees.js';
import { engine, kernel } from './engine.js';

const examples = join(import.meta.dirname, '..', '..', 'examples');
const drivers = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.c'));

/** Pieces whose insertion moves the borders of functions, comments, arms and calls. */
const pieces = [
	'{',
	'}',
	'\n}\n',
	'(',
	')',
	';',
	',',
	'/*',
	'*/',
	'"',
	"'",
	'#if 0\n',
	'#else\n',
	'#endif\n',
	'\\\n',
	'x',
	' FOLL_GET |',
	'put_page(page);',
	'é',
];

const edit = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	remove: fc.nat({ max: 40 }),
	insert: fc.constantFrom('', '', ...pieces),
});

/** Holds any edits of a text to what a fresh analysis gives after each. */
function check(original: string, path: string, numRuns: number): void {
	const options = { path, kernel, fixes: false };
	fc.assert(
		fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
			const open = engine.open();
			try {
				let text = original;
				open.analyse(text, options);
				for (const { at, remove, insert } of edits) {
					const start = Math.floor(at * text.length);
					text = text.slice(0, start) + insert + text.slice(start + remove);
					expect(open.analyse(text, options)).toEqual(engine.analyse(text, options));
				}
			} finally {
				open.dispose();
			}
		}),
		{ numRuns },
	);
}

/** A driver whose pages go through functions of two other files. */
const WEIR = `static int weir_map(unsigned long start, struct page **pages, int n)
{
	int got = pin_user_pages_fast(start, n, FOLL_WRITE, pages);

	if (got < n) {
		weir_drop(pages, got);
		return -EFAULT;
	}
	weir_keep(pages, got);
	return 0;
}
`;
/** What the function of the second file may do: it needs none of the third, or one of its two. */
const BODIES = ['weir_put(pages, n);', 'weir_free(pages, n);', 'unpin_user_pages(pages, n);', ''];
const helper = (name: string, body: string): string => `void ${name}(struct page **pages, int n)\n{\n\t${body}\n}\n`;
const ENDS = helper('weir_put', 'unpin_user_pages(pages, n);') + helper('weir_free', 'release_pages(pages, n);');
const HELPERS = ['weir_drop', 'weir_keep'];

describe('an open file', () => {
	it('follows edits of its own and of the files it is analysed with', () => {
		const change = fc.oneof(
			fc.record({ fn: fc.nat({ max: HELPERS.length - 1 }), body: fc.nat({ max: BODIES.length - 1 }) }),
			edit,
		);
		fc.assert(
			fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
				const open = engine.open();
				const ends = { path: 'drivers/misc/weir-ends.c', text: ENDS };
				const bodies = [0, 0];
				const beside = () => ({
					path: 'drivers/misc/weir-pages.c',
					text: HELPERS.map((name, i) => helper(name, BODIES[bodies[i] ?? 0] ?? '')).join('\n'),
				});
				let neighbours = [beside(), ends];
				let text = WEIR;
				for (const change of changes) {
					if ('fn' in change) {
						bodies[change.fn] = change.body;
						neighbours = [beside(), ends];
					} else {
						const start = Math.floor(change.at * text.length);
						text = text.slice(0, start) + change.insert + text.slice(start + change.remove);
					}
					const options = { path: 'drivers/misc/weir.c', kernel, fixes: false, neighbours };
					expect(open.needs(text, options)).toEqual(engine.needs(text, options));
					expect(open.analyse(text, options)).toEqual(engine.analyse(text, options));
				}
				open.dispose();
			}),
			{ numRuns: 30 },
		);
	});

	it.each(drivers)('%s gives after any edits what a fresh analysis gives', (driver) => {
		check(readFileSync(join(examples, driver), 'utf8'), `drivers/misc/${driver}`, 60);
	});

	const tree = kernelTree('6.12');
	it.skipIf(tree === undefined).each(['fs/nfs/direct.c', 'drivers/vfio/vfio_iommu_type1.c'])(
		`%s of a kernel does too (${TREES_HINT})`,
		{ timeout: 60_000 },
		(path) => check(readFileSync(join(tree as string, path), 'utf8'), path, 8),
	);
});
