import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kernelTree } from '../../scripts/trees.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { longTermOf, readLongTerm } from '../../server/src/workspace/longTerm.js';
import { scratch } from '../support/scratch.js';

describe('what a kernel does with FOLL_LONGTERM', () => {
	test.each([
		['6.1', false],
		['6.12', true],
		['newest', true],
	] as const)(
		'is read in mm/gup.c of %s, and is what is taken for granted without it',
		(tree, refusesWritableFiles) => {
			const root = kernelTree(tree);
			const expected = { refusesWritableFiles, daxError: 'EOPNOTSUPP', migrates: true };
			expect(longTermOf(undefined, kernelFor(tree === 'newest' ? '7.3' : tree))).toEqual(expected);
			if (root)
				expect(readLongTerm(readFileSync(join(root, 'mm/gup.c'), 'utf8'))).toEqual({
					...expected,
					migrationError: 'ENOMEM',
				});
		},
	);

	test('is what the tree has, whatever its version', () => {
		const root = scratch({
			'mm/gup.c': 'if ((gup_flags & FOLL_LONGTERM) && vma_is_fsdax(vma))\n\treturn -EINVAL;\n',
		});
		expect(longTermOf(root, kernelFor('6.12'))).toEqual({
			refusesWritableFiles: false,
			daxError: 'EINVAL',
			migrates: false,
		});
	});

	test('takes no longer than the text is long', () => {
		const started = performance.now();
		readLongTerm('!writable_file_mapping_allowed('.repeat(20_000));
		readLongTerm(`(gup_flags & FOLL_LONGTERM) && vma_is_fsdax(vma))${' '.repeat(200_000)}`);
		expect(performance.now() - started).toBeLessThan(5_000);
	});
});
