import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = dirname(dirname(import.meta.dirname));
const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin', 'biome');
const project = mkdtempSync(join(tmpdir(), 'gup-lens-lint-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
cpSync(join(root, 'biome.json'), join(project, 'biome.json'));

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

/** Bottom first: each may import those before it and none behind it. */
const LAYERS = ['kernel', 'syntax', 'analysis', 'rules', 'engine', 'audit', 'workspace', 'lsp'];

const path = (layer: string) => (layer === 'engine' ? 'server/src/engine.ts' : `server/src/${layer}/probe.ts`);
const source = (layer: string, from: string) => {
	const up = from === 'engine' ? './' : '../';
	return layer === 'engine' ? `${up}engine.js` : `${up}${layer}/other.js`;
};

test.each(LAYERS.slice(1).map((layer, i) => [layer, LAYERS[i] as string]))(
	'%s may import %s, not the other way',
	(upper, lower) => {
		expect(refuses(path(upper), source(lower, upper))).toBe(false);
		expect(refuses(path(lower), source(upper, lower))).toBe(true);
	},
);

test.each([
	['server/src/kernel/probe.ts', '../cli/main.js'],
	['server/src/rules/probe.ts', '../workspace/trees.js'],
	['server/src/explain/probe.ts', '../engine.js'],
	['server/src/fixall.ts', './workspace/trees.js'],
	['server/src/lsp/probe.ts', '../cli/main.js'],
	['server/src/cli/probe.ts', '../lsp/node.js'],
	['server/src/cli/formats/probe.ts', '../../lsp/node.js'],
	['server/src/workspace/probe.ts', '../../../client/src/status.js'],
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
