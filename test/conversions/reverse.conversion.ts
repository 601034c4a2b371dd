import { describe, expect, it } from 'vitest';
import { kernelTree, LONG_TERM } from '../../scripts/trees.js';
import { named } from '../kernel/corpus.js';
import { reversed } from '../kernel/reverse.js';

/** They may keep plain references: told by an MMU notifier, or one look that is over at once. */
const MAY_KEEP = new Set([
	'drivers/gpu/drm/i915/gem/i915_gem_userptr.c',
	'drivers/xen/gntdev.c',
	'drivers/misc/xilinx_sdfec.c',
	'kernel/trace/trace_events_user.c',
]);

describe('pins that were taken back to references', () => {
	for (const tree of LONG_TERM) {
		it.skipIf(!kernelTree(tree))(
			named(`are found, and converted as upstream has them: ${tree}`, tree),
			async () => {
				const files = await reversed(tree);
				const kept = files.filter(({ sites }) => sites.some(({ verdict }) => verdict !== 'convert'));
				expect(kept.map(({ path }) => path).filter((path) => !MAY_KEEP.has(path))).toEqual([]);
				const functions = files.flatMap((file) => file.functions.map((one) => ({ ...one, path: file.path })));
				expect(functions.filter(({ now, upstream }) => now !== upstream)).toEqual([]);
				// by which the two above say something: some thirty, the number moves as conversions get more careful
				expect(functions.length).toBeGreaterThan(25);
			},
			300_000,
		);
	}
});
