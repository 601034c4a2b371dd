import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES } from '../../scripts/trees.js';
import { conversionsOf, row, rowsOf } from './conversions.js';
import { named } from './corpus.js';

describe.each(TREE_NAMES)('sites of the kernel %s that should convert', (tree) => {
	it.skipIf(!kernelTree(tree))(
		named('are converted or refused as the page says', tree),
		async () => {
			const all = await conversionsOf(tree);
			const rows = rowsOf(tree);
			if (rows) return expect(all.map(row).sort()).toEqual(rows.sort());
			for (const { path, conversion, reason } of all) expect(conversion?.title ?? reason, path).toBeTruthy();
		},
		180_000,
	);
});
