/** The table of analyses in ARCHITECTURE.md says what the code has. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { ANALYSIS_LAYERS } from '../../scripts/layers.js';
import { ruleMetas } from '../../server/src/rules/index.js';
import domains from '../analysis/dataflow/domains.js';

const root = join(import.meta.dirname, '..', '..');
const source = join(root, 'server', 'src');
const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

const rows = /^\| analysis \|.*\n\|[-|]+\|\n((?:\|.*\n)+)/m
	.exec(architecture)?.[1]
	?.trimEnd()
	.split('\n')
	.map((line) => {
		const [names = '', , , , bound = '', users = ''] = line.slice(2, -2).split(' | ');
		return { names: ticked(names), bound, users: ticked(users) };
	}) as { names: string[]; bound: string; users: string[] }[];

function ticked(text: string): string[] {
	return [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
}

/** Below server/src: "analysis/flags.ts", "analysis/ownership". */
function pathOf(name: string): string {
	return name.startsWith('conversion/') ? name : join('analysis', name.replace(/\/$/, ''));
}

function filesBelow(path: string): string[] {
	if (statSync(join(source, path)).isFile()) return [path];
	return readdirSync(join(source, path), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => join(path, name));
}

/** Files that a file needs, itself among them. */
function needed(start: string): ReadonlySet<string> {
	const found = new Set([start]);
	for (const file of found)
		for (const [, from] of readFileSync(join(source, file), 'utf8').matchAll(/from '(\.[^']+)\.js'/g))
			found.add(relative(source, join(source, dirname(file), `${from}.ts`)));
	return found;
}

const solved = ['analysis', 'conversion']
	.flatMap(filesBelow)
	.filter((file) => /(?:implements|:) DataflowAnalysis</.test(readFileSync(join(source, file), 'utf8')))
	.filter((file) => file !== 'analysis/dataflow.ts');

it('has files that are there', () => {
	expect(rows.length).toBeGreaterThan(10);
	expect(rows.flatMap(({ names }) => names).filter((name) => !existsSync(join(source, pathOf(name))))).toEqual([]);
});

it('has every analysis that is solved', () => {
	const named = rows.flatMap(({ names }) => names.map(pathOf));
	expect(solved.filter((file) => !named.some((path) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
});

it.each(rows.flatMap(({ names, users }) => users.map((user) => [user, names] as const)))(
	'has a rule %s that asks %s',
	(user, names) => {
		expect(ruleMetas.map(({ id }) => id)).toContain(user);
		const all = needed(`rules/${user}.ts`);
		const asked = names.flatMap((name) => filesBelow(pathOf(name)));
		expect(asked.some((file) => all.has(file))).toBe(true);
	},
);

it('has bounds that stand in the code', () => {
	for (const { names, bound } of rows)
		for (const [, number = ''] of bound.matchAll(/(\d[\d,]*)/g)) {
			const constant = new RegExp(`= ${number.replace(',', '_')};`);
			const files = names.flatMap((name) => filesBelow(pathOf(name)));
			const isThere = files.some((file) => constant.test(readFileSync(join(source, file), 'utf8')));
			expect(isThere, `${names.join()}: ${number}`).toBe(true);
		}
});

it('has the layers that the linter holds', () => {
	expect(architecture).toContain(
		ANALYSIS_LAYERS.map(({ name }) => name)
			.toReversed()
			.join(' -> '),
	);
});

it('has domains that are tested by name, but for those whose states are made by others', () => {
	const tested = domains.map(({ name }) => name.replace(/ .*/, ''));
	// the states of one call's pages, of one proof, of one flag: test/analysis/uses.test.ts, test/conversion
	const others = [
		'analysis/derived-values/function-pass.ts',
		'analysis/discriminant/origin-domain.ts',
		'conversion/activation.ts',
	];
	expect(solved.filter((file) => !tested.includes(file)).toSorted()).toEqual(others);
});
