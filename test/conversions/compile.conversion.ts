/** Each file that a conversion or a draft changes is compiled in its real kernel; neither the compiler nor checkpatch.pl has anything new to say. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Compiled, KernelBuild, missingPrograms } from '../../scripts/kernels/build.js';
import { kernelTree, TREE_NAMES, type TreeName } from '../../scripts/trees.js';
import { conversionsOf, type Outcome } from '../kernel/conversions.js';
import { fresh } from './fresh.js';

const trees = TREE_NAMES.filter((tree) => kernelTree(tree));
const converted = new Map<TreeName, readonly Outcome[]>();
for (const tree of trees)
	converted.set(
		tree,
		(await conversionsOf(tree)).filter(({ texts }) => texts.size > 0),
	);

/** Outcomes in groups of which none has a file of another one of the group. */
function apart(all: readonly Outcome[]): Outcome[][] {
	const groups: Outcome[][] = [];
	for (const outcome of all) {
		const isFree = (group: Outcome[]): boolean =>
			!group.some(({ texts }) => [...texts.keys()].some((path) => outcome.texts.has(path)));
		const free = groups.find(isFree);
		if (free) free.push(outcome);
		else groups.push([outcome]);
	}
	return groups;
}

function sources({ texts }: Outcome): string[] {
	return [...texts.keys()].filter((path) => path.endsWith('.c'));
}

describe.each(trees)('conversions in the kernel %s', (tree) => {
	const all = converted.get(tree) ?? [];
	const missing = missingPrograms(all.flatMap(({ texts }) => [...texts.keys()]));
	const build = missing.length === 0 ? new KernelBuild(tree) : undefined;
	let was: ReadonlyMap<string, Compiled> = new Map();
	const is = new Map<Outcome, ReadonlyMap<string, Compiled>>();

	beforeAll(() => {
		if (!build) return;
		was = build.compile(all.flatMap(sources), new Map());
		for (const group of apart(all)) {
			const after = new Map(
				group.flatMap(({ texts }) => [...texts].map(([path, text]) => [path, text.after] as const)),
			);
			const compiled = build.compile(group.flatMap(sources), after);
			for (const outcome of group) is.set(outcome, compiled);
		}
		// the first time, three architectures are configured as well
	}, 1_800_000);

	it(`are there${missing.length > 0 ? ` (to compile them: ${missing.join(', ')})` : ''}`, () => {
		expect(all.length).toBeGreaterThan(0);
		if (process.env.CI) expect(missing).toEqual([]);
	});

	it.skipIf(!build)('are really compiled: what is wrong in one is noticed', () => {
		const [path, { after }] = [...(all.find(({ path }) => path.startsWith('drivers/misc'))?.texts ?? [])][0] ?? [
			'',
			{ after: '' },
		];
		const broken = after.replaceAll('unpin_user_page', 'unpin_no_page').replaceAll('pin_user_pages', 'pin_no_pages');
		const compiled = build?.compile([path], new Map([[path, broken]]));
		expect(compiled?.get(path)?.ok).toBe(false);
	});

	it.skipIf(!build).each(all.map((outcome) => [`${outcome.path} ${outcome.sites[0]}`, outcome] as const))(
		'%s compiles without a new warning',
		(_, outcome) => {
			for (const path of sources(outcome)) {
				const [before, after] = [was.get(path), is.get(outcome)?.get(path)];
				expect(before?.ok, before?.complaints.join('\n')).toBe(true);
				expect(fresh(before?.complaints ?? [], after?.complaints ?? [''])).toEqual([]);
				expect(after?.ok).toBe(true);
			}
		},
	);

	it.skipIf(!build).each(all.map((outcome) => [`${outcome.path} ${outcome.sites[0]}`, outcome] as const))(
		'%s has nothing new for checkpatch.pl --strict',
		async (_, { texts }) => {
			if (!build) return;
			for (const [path, { after }] of texts) {
				const [was, is] = await Promise.all([build.checkpatch(path, undefined), build.checkpatch(path, after)]);
				expect(fresh(was, is)).toEqual([]);
			}
		},
	);
});
