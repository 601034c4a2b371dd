/** What the entry points of mm/gup.c answer, set and refuse, against the C of real kernels. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelTree, TREE_NAMES, TREES_HINT } from '../../scripts/trees.js';
import { effectOf, FLAG_CHECKS, failedChecks } from '../../server/src/kernel/checks.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { flagsSet, REFUSALS, refusal, setsItself } from '../../server/src/kernel/refusals.js';
import { covers } from '../../server/src/kernel/releases.js';
import { allTrees, kernelOf, read, versionOf } from '../kernel/trees.js';
import { answersOf, exportsOf, refusedBy, setBy } from './gup-source.js';

const trees = allTrees().filter((root) => existsSync(join(root, 'mm/gup.c')));

it.skipIf(TREE_NAMES.some((name) => !kernelTree(name)))(`has every tree at hand (${TREES_HINT})`, () => {
	expect(trees.length).toBeGreaterThanOrEqual(TREE_NAMES.length);
});

it('has an answer for every function whose arguments are checked, and one for each release', () => {
	for (const check of FLAG_CHECKS) {
		for (const api of check.apis) {
			const there = kernelFor(check.since).api(api)?.signature !== undefined;
			if (there && check.effect === undefined)
				expect([api, refusal(api, check.since) !== undefined]).toEqual([api, true]);
		}
	}
	for (const row of REFUSALS) {
		const others = REFUSALS.filter((other) => other !== row && other.api === row.api && covers(other, row.since));
		expect(others, row.api).toEqual([]);
	}
	expect(
		effectOf(failedChecks('pin_user_pages', '6.12', new Set(['FOLL_GET']))[0] as never, 'pin_user_pages', '6.12'),
	).toBe('WARNs and returns 0, which a check for < 0 takes for success');
});

describe.each(trees.map((root) => [versionOf(root), root] as const))('%s', (version, root) => {
	const kernel = kernelOf(root);
	const source = read(root, 'mm/gup.c');

	it('has each answer in the line that the record names', () => {
		for (const { api, answer, read: lines } of REFUSALS) {
			for (const line of lines) {
				const [, at, file, number] = /^(\S+) (\S+):(\d+)$/.exec(line) as unknown as [string, string, string, string];
				if (at !== version) continue;
				const text = (read(root, file).split('\n')[Number(number) - 1] as string).trim();
				expect([api, answer, text]).toEqual([api, answer, expect.stringMatching(SHAPES[answer])]);
			}
		}
	});

	it('returns what the records say where arguments are refused', () => {
		const found = answersOf(source);
		expect(found.size).toBeGreaterThanOrEqual(9);
		for (const [api, answers] of found) {
			expect([api, [...answers]]).toEqual([api, [refusal(api, kernel.release)?.answer]]);
		}
	});

	it('sets the flags that the records say, for callers and for itself', () => {
		const flags = kernel.flags().map(({ name }) => name);
		for (const api of answersOf(source).keys()) {
			const set = setBy(source, api).filter((flag) => flag !== 'FOLL_GET');
			const told = flagsSet(api).filter((flag) => flags.includes(flag));
			expect([api, set.toSorted()]).toEqual([api, told.toSorted()]);
			for (const flag of set) expect(setsItself(api, flag)).toBe(true);
		}
	});

	it('refuses the flags that the checks say, one by one and in pairs', () => {
		const flags = kernel.flags().map(({ name }) => name);
		const sets = flags.flatMap((a, i) => [[a], ...flags.slice(i + 1).map((b) => [a, b])]);
		const values = new Map(kernel.flags().map(({ name, span }) => [name, span?.value ?? 0]));
		let refused = 0;
		for (const api of answersOf(source).keys()) {
			const wrong = sets.filter((given) => {
				const told = failedChecks(api, kernel.release, new Set(given)).some(({ whenArgument }) => !whenArgument);
				const found = refusedBy(source, internalFlags(root), api, given, values);
				if (found) refused++;
				return told !== found;
			});
			expect([api, wrong.map((given) => given.join('|'))]).toEqual([api, []]);
		}
		expect(refused).toBeGreaterThan(200);
	});

	it('would see another answer, and a flag more or less', () => {
		const changed = source.replace(
			/((?:int|long) pin_user_pages(?:_unlocked)?\([^{]*\{[^}]*?return) (?:0|-EINVAL);/g,
			'$1 -EIO;',
		);
		expect(changed).not.toBe(source);
		expect([...(answersOf(changed).get('pin_user_pages') ?? [])]).toContain('-EIO');
		const values = new Map(kernel.flags().map(({ name, span }) => [name, span?.value ?? 0]));
		const narrower = source.replace('FOLL_FAST_ONLY | FOLL_NOFAULT', 'FOLL_FAST_ONLY');
		const refuses = (text: string) =>
			refusedBy(text, internalFlags(root), 'pin_user_pages_fast', ['FOLL_NOFAULT'], values);
		expect([refuses(source), refuses(narrower)]).toEqual([false, true]);
	});

	it('exports what modules may call', () => {
		const exported = exportsOf(source);
		for (const api of answersOf(source).keys()) expect([api, exported.has(api)]).toEqual([api, true]);
		expect(exported.has('folio_add_pin')).toBe(false);
	});
});

/** The line that gives an answer. */
const SHAPES = {
	'-EINVAL': /^return -EINVAL;$/,
	'0': /^(?:return 0|nr_pinned = 0);$/,
	false: /^return get_user_pages_fast_only\(.*\) == 1;$/,
	'ERR_PTR(-EINVAL)': /^return ERR_PTR\(got\);$/,
} as const;

function internalFlags(root: string): string {
	const text = read(root, 'mm/internal.h').replace(/\\\n/g, ' ');
	return /#define INTERNAL_GUP_FLAGS \(([^)]*)\)/.exec(text)?.[1] ?? '0';
}
