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

describe('an open file', () => {
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
