import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ANALYSIS_LAYERS, LAYERS, layersConfiguration } from '../../scripts/layers.js';

const root = dirname(dirname(import.meta.dirname));
const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin', 'biome');
const project = mkdtempSync(join(tmpdir(), 'gup-lens-lint-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
for (const name of ['biome.json', 'biome.layers.json']) cpSync(join(root, name), join(project, name));

/** True when the linter refuses that a file of this path imports `source`. */
function refuses(path: string, source: string): boolean {
	const file = join(project, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, `import ${JSON.stringify(source)};\n`);
	const arguments_ = [biome, 'lint', '--vcs-enabled=false', '--only=style/noRestrictedImports', path];
	const { status, stdout, stderr } = spawnSync(process.execPath, arguments_, { cwd: project, encoding: 'utf8' });
	const restricted = stderr.includes('lint/style/noRestrictedImports');
	expect(status, stdout + stderr).toBe(restricted ? 1 : 0);
	return restricted;
}

const path = (layer: string) => `server/src/${layer.endsWith('.ts') ? layer : `${layer}/probe.ts`}`;
const source = (layer: string, from: string) => {
	const up = from.endsWith('.ts') ? './' : '../';
	return layer.endsWith('.ts') ? `${up}${layer.replace('.ts', '.js')}` : `${up}${layer}/other.js`;
};
const steps = LAYERS.slice(1).flatMap((layers, i) =>
	layers.flatMap((upper) => (LAYERS[i] ?? []).map((lower) => [upper, lower] as const)),
);

test.each(steps)('%s may import %s, not the other way', (upper, lower) => {
	expect(refuses(path(upper), source(lower, upper))).toBe(false);
	expect(refuses(path(lower), source(upper, lower))).toBe(true);
});

test('the layers are those of the sources, and the configuration is theirs: npm run generate', () => {
	const sources = readdirSync(join(root, 'server', 'src'), { recursive: true, encoding: 'utf8' });
	const folders = new Set(
		sources.filter((path) => path.endsWith('.ts')).flatMap((path) => path.split(sep).slice(0, -1)[0] ?? []),
	);
	const layers = LAYERS.flat().filter((layer) => !layer.endsWith('.ts'));
	expect(layers.toSorted()).toEqual([...folders].toSorted());
	expect(readFileSync(join(root, 'biome.layers.json'), 'utf8')).toBe(layersConfiguration());
});

/** A file of a layer inside analysis/; in a folder, or one that no other layer names, one of any name. */
const inner = (file: string) => `server/src/analysis/${file.replace('/**', '/probe.ts').replace('*', 'probe')}`;
const innerSource = (file: string, from: string) =>
	`${from.includes('/') ? '../' : './'}${file.replace('/**', '/other.js').replace('*', 'other').replace(/\.ts$/, '.js')}`;
const innerSteps = ANALYSIS_LAYERS.slice(1).flatMap(({ files: [upper = ''] }, i) =>
	(ANALYSIS_LAYERS[i]?.files ?? []).slice(-1).map((lower) => [upper, lower] as const),
);

test.each(innerSteps)('inside analysis/ %s may import %s, not the other way', (upper, lower) => {
	expect(refuses(inner(upper), innerSource(lower, upper))).toBe(false);
	expect(refuses(inner(lower), innerSource(upper, lower))).toBe(true);
});

test('inside analysis/ the layers name files that are there', () => {
	const named = ANALYSIS_LAYERS.flatMap(({ files }) => files).filter((file) => !file.includes('*'));
	const there = readdirSync(join(root, 'server', 'src', 'analysis'));
	expect(named.filter((file) => !there.includes(file))).toEqual([]);
});

test.each([
	['server/src/analysis/walk.ts', './walk.js', false],
	['server/src/analysis/walk.ts', './probe.js', true],
	['server/src/analysis/ownership/walk.ts', '../walk.js', false],
	['server/src/analysis/ownership/walk.ts', '../derived-values/index.js', true],
	['server/src/analysis/probe.ts', './ownership/walk.js', true],
	['server/src/analysis/context.ts', './ownership/ownership.js', true],
])('inside analysis/ %s imports %s: refused is %s', (from, what, isRefused) => {
	expect(refuses(from, what)).toBe(isRefused);
});

test.each([
	['server/src/kernel/probe.ts', '../cli/main.js'],
	['server/src/rules/probe.ts', '../workspace/trees.js'],
	['server/src/explain/probe.ts', '../engine.js'],
	['server/src/fixall.ts', './workspace/trees.js'],
	['server/src/lsp/probe.ts', '../cli/main.js'],
	['server/src/cli/probe.ts', '../lsp/node.js'],
	['server/src/cli/formats/probe.ts', '../../lsp/node.js'],
	['server/src/workspace/probe.ts', '../../../client/src/status.js'],
	['server/src/audit/probe.ts', 'node:child_process'],
	['server/src/cli/probe.ts', 'child_process'],
	['server/src/lsp/probe.ts', 'node:child_process'],
	['client/src/probe.ts', 'node:child_process'],
])('%s may not import %s', (from, what) => {
	expect(refuses(from, what)).toBe(true);
});

test.each([
	['server/src/engine.ts', 'node:fs'],
	['server/src/rules/probe.ts', 'node:fs/promises'],
	['server/src/syntax/probe.ts', 'vscode-languageserver/node'],
	['server/src/kernel/probe.ts', 'vscode'],
	['server/src/workspace/probe.ts', 'vscode'],
])('%s may not touch %s', (from, what) => {
	expect(refuses(from, what)).toBe(true);
});

test.each([
	['server/src/workspace/probe.ts', 'node:fs'],
	['server/src/lsp/probe.ts', 'vscode-languageserver/node'],
	['server/src/syntax/probe.ts', 'web-tree-sitter'],
	['client/src/probe.ts', 'vscode'],
])('%s may touch %s', (from, what) => {
	expect(refuses(from, what)).toBe(false);
});
