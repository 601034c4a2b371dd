import { describe, expect, it } from 'vitest';
import { kernelTree } from '../../scripts/trees.js';
import { conversionsOf, row, rowsOf } from './conversions.js';
import { named } from './corpus.js';

describe.each(['6.12', '6.1'] as const)('sites of the kernel %s that should convert', (tree) => {
	it.skipIf(!kernelTree(tree))(
		named('are converted or refused as the page says', tree),
		async () => {
			expect((await conversionsOf(tree)).map(row).sort()).toEqual(rowsOf(tree).sort());
		},
		180_000,
	);
});
