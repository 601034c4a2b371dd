/** Each converted file is compiled in its real kernel; neither the compiler nor checkpatch.pl has anything new to say. */
import { describe, expect, it } from 'vitest';
import { KernelBuild, missingPrograms } from '../../scripts/kernels/build.js';
import { kernelTree, TREE_NAMES, type TreeName } from '../../scripts/trees.js';
import { conversionsOf, type Outcome } from '../kernel/conversions.js';
import { fresh } from './fresh.js';

const trees = TREE_NAMES.filter((tree) => kernelTree(tree));
const converted = new Map<TreeName, readonly Outcome[]>();
for (const tree of trees)
	converted.set(
		tree,
		(await conversionsOf(tree)).filter(({ conversion }) => conversion),
	);

describe.each(trees)('conversions in the kernel %s', (tree) => {
	const all = converted.get(tree) ?? [];
	const missing = missingPrograms(all.flatMap(({ texts }) => [...texts.keys()]));
	const build = missing.length === 0 ? new KernelBuild(tree) : undefined;

	it(`are there${missing.length > 0 ? ` (to compile them: ${missing.join(', ')})` : ''}`, () => {
		expect(all.length).toBeGreaterThan(0);
		if (process.env.CI) expect(missing).toEqual([]);
	});

	it.skipIf(!build)('are really compiled: what is wrong in one is noticed', () => {
		const [path, { after }] = [...(all.find(({ path }) => path.startsWith('drivers/misc'))?.texts ?? [])][0] ?? [
			'',
			{ after: '' },
		];
		expect(build?.compile([path], new Map([[path, after]])).ok).toBe(true);
		const broken = after.replaceAll('unpin_user_page', 'unpin_no_page').replaceAll('pin_user_pages', 'pin_no_pages');
		expect(build?.compile([path], new Map([[path, broken]])).ok).toBe(false);
	});

	it.skipIf(!build).each(all.map((outcome) => [`${outcome.path} ${outcome.sites[0]}`, outcome] as const))(
		'%s compiles without a new warning',
		(_, { texts }) => {
			if (!build) return;
			const paths = [...texts.keys()].filter((path) => path.endsWith('.c'));
			const after = new Map([...texts].map(([path, text]) => [path, text.after]));
			const was = build.compile(paths, new Map());
			expect(was.ok, was.complaints.join('\n')).toBe(true);
			const is = build.compile(paths, after);
			expect(fresh(was.complaints, is.complaints)).toEqual([]);
			expect(is.ok).toBe(true);
		},
	);

	it.skipIf(!build).each(all.map((outcome) => [`${outcome.path} ${outcome.sites[0]}`, outcome] as const))(
		'%s has nothing new for checkpatch.pl --strict',
		(_, { texts }) => {
			if (!build) return;
			for (const [path, { after }] of texts)
				expect(fresh(build.checkpatch(path, undefined), build.checkpatch(path, after))).toEqual([]);
		},
	);
});
