import { describe, expect, it } from 'vitest';
import { kernelTree } from '../../scripts/trees.js';
import { named } from './corpus.js';
import { agreement, agrees, type Comparison, compare, decidedByTable } from './verdicts.js';

/** Where the audit and the reviewers differ, one line each. */
function differences({ pairs }: Comparison): string[] {
	return pairs
		.filter(({ label, site }) => !agrees(label, site))
		.map(({ label, site }) => `${label.path}:${label.line} ${label.verdict}, not ${site.verdict}`);
}

describe.each(['6.12', '6.1'] as const)('verdicts in the kernel %s', (tree) => {
	it.skipIf(!kernelTree(tree)).each([
		[true, 0.97],
		[false, 0.85],
	])(
		named('agree with the reviewers, table of known users: %s', tree),
		async (knownUsers, goal) => {
			const found = await compare(tree, knownUsers);
			expect(found.missing).toEqual([]);
			expect(agreement(found), differences(found).join('\n')).toBeGreaterThanOrEqual(goal);
			expect(decidedByTable(found)).toBeLessThanOrEqual(knownUsers ? 0.25 : 0);
		},
		60_000,
	);

	it.skipIf(!kernelTree(tree))(
		named('are given once for each call, with what they rest on', tree),
		async () => {
			const { sites } = await compare(tree, true);
			const places = sites.map(({ path, start }) => `${path} ${start}`);
			expect(new Set(places).size).toBe(places.length);
			const bare = sites.filter(
				({ verdict, target, reason, evidence }) =>
					evidence.length === 0 ||
					(verdict === 'keep') !== (reason !== null) ||
					(verdict === 'convert' || verdict === 'benefit') !== (target !== null),
			);
			expect(bare).toEqual([]);
		},
		60_000,
	);
});
