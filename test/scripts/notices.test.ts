/** What ships has the licence of every package that is in it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch } from '../support/scratch.js';

const root = join(import.meta.dirname, '..', '..');
const { notices, packagesOf } = await import(pathToFileURL(join(root, 'scripts', 'notices.mjs')).href);

describe('a whole build', () => {
	let home = '';
	let text = '';
	/** Folders of the packages that files of the bundles come from, absolute. */
	let bundled: readonly string[] = [];

	beforeAll(() => {
		home = mkdtempSync(join(tmpdir(), 'gup-lens-notices-'));
		const argv = ['esbuild.mjs', '--production', `--outdir=${join(home, 'dist')}`, `--metafile=${join(home, 'meta')}`];
		const build = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
		expect(build.status, build.stderr).toBe(0);
		text = readFileSync(join(home, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8');
		const made: { inputs: Record<string, unknown> }[] = JSON.parse(readFileSync(join(home, 'meta'), 'utf8'));
		expect(made).toHaveLength(12);
		const files = made.flatMap(({ inputs }) => Object.keys(inputs)).filter((path) => path.includes('node_modules/'));
		bundled = [...new Set(files.map((path) => packageAround(join(root, path))))];
	});
	afterAll(() => rmSync(home, { recursive: true, force: true }));

	/** The folder with the package.json that names a package. */
	function packageAround(path: string): string {
		const folder = dirname(path);
		const manifest = join(folder, 'package.json');
		return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version ? folder : packageAround(folder);
	}

	function entryOf(folder: string): string {
		const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
		const entry = text.split(/^={80}\n/m).find((one) => one.startsWith(`${name} ${version} (`));
		expect(entry, `${name} ${version} is bundled and has no notice`).toBeDefined();
		return entry ?? '';
	}

	const words = (of: string) => of.replace(/\s+/g, ' ').trim();

	test('names every package that is bundled, with the text of its licence', () => {
		expect(bundled.length).toBeGreaterThan(25);
		const wasm = ['web-tree-sitter', 'tree-sitter-c'].map((name) => join(root, 'node_modules', name));
		for (const folder of [...bundled, ...wasm]) {
			const licence = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)/i.test(name));
			expect(licence, folder).toBeDefined();
			const whole = words(readFileSync(join(folder, licence ?? ''), 'utf8'));
			expect(whole.length).toBeGreaterThan(400);
			expect(words(entryOf(folder)), folder).toContain(whole);
		}
	});

	test('has the notices that packages ship of others', () => {
		const third = join(root, 'node_modules', 'vscode-languageserver');
		const shipped = words(readFileSync(join(third, 'thirdpartynotices.txt'), 'utf8'));
		expect(words(entryOf(third))).toContain(shipped);
	});

	test('packs them for npm, beside what runs, and nothing of the editor', () => {
		for (const name of [
			'package.json',
			'.npmignore',
			'.vscodeignore',
			'README.md',
			'CHANGELOG.md',
			'LICENSE',
			'docs',
			'client',
		])
			cpSync(join(root, name), join(home, name), { recursive: true });
		const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], { cwd: home, encoding: 'utf8' });
		const [{ files, size, unpackedSize }] = JSON.parse(packed);
		expect(size).toBeLessThan(1_200_000);
		expect(unpackedSize).toBeLessThan(4_000_000);
		const names = files.map(({ path }: { path: string }) => path);
		const pages = names.filter((name: string) => name.startsWith('docs/rules/'));
		expect(pages.length).toBeGreaterThan(30);
		expect(names.filter((name: string) => !pages.includes(name)).sort()).toEqual([
			'LICENSE',
			'README.md',
			'dist/THIRD-PARTY-NOTICES.txt',
			'dist/cli.js',
			'dist/commands.js',
			'dist/engine.js',
			'dist/mcp.js',
			'dist/server.js',
			'dist/tree-sitter-c.wasm',
			'dist/web-tree-sitter.wasm',
			'package.json',
		]);
	});

	test('that package installs alone and runs, with no network', () => {
		const [tarball] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
		const folder = scratch({ 'a.c': 'int f(void)\n{\n\treturn get_user_pages_fast(0, 1, 0, NULL);\n}\n' });
		const env = {
			...process.env,
			npm_config_cache: join(home, 'cache'),
			npm_config_registry: 'http://127.0.0.1:9/',
			npm_config_offline: 'true',
		};
		const npm = (command: string, ...argv: string[]) =>
			spawnSync(command, argv, { cwd: folder, env, encoding: 'utf8' });
		cpSync(join(home, tarball ?? ''), join(folder, 'gup-lens.tgz'));
		const checked = npm('npx', '--yes', './gup-lens.tgz', 'check');
		expect(checked).toMatchObject({ status: 1, stdout: expect.stringContaining('a.c:3:38: error: ') });
		const installed = npm('npm', 'install', '--offline', './gup-lens.tgz');
		expect(installed.status, installed.stderr).toBe(0);
		expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['gup-lens']);
		const own = spawnSync(join(folder, 'node_modules/.bin/gup-lens'), ['explain', 'pin-put-page'], {
			encoding: 'utf8',
		});
		expect(own).toMatchObject({ status: 0, stdout: expect.stringContaining('pin-put-page') });
	});

	test('lets the extension pack them', () => {
		expect(readFileSync(join(root, '.vscodeignore'), 'utf8').split('\n')).toContain('!dist/THIRD-PARTY-NOTICES.txt');
	});
});

test('the package of a file is the innermost, with its scope', () => {
	const inputs = [
		'server/src/cli.ts',
		'node_modules/diff/libesm/index.js',
		'node_modules/@a/b/lib/c.js',
		'node_modules/diff/node_modules/@x/y/z.js',
		'node_modules/diff/other.js',
	];
	expect([...packagesOf(inputs)]).toEqual([
		'node_modules/diff',
		'node_modules/@a/b',
		'node_modules/diff/node_modules/@x/y',
	]);
});

test.each([
	['a README', { 'README.md': '# x\n\n## License\n\nMIT' }],
	['nothing', {}],
])('a package with %s in place of a licence ends the build', async (_, files) => {
	const folder = 'node_modules/x';
	const inside = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
	const at = scratch({
		'package.json': JSON.stringify({ name: 'top', version: '1.0.0', dependencies: { x: '1.0.0' } }),
		[`${folder}/package.json`]: JSON.stringify({ name: 'x', version: '1.0.0', license: 'MIT' }),
		...inside,
	});
	await expect(notices(at, new Set([folder]))).rejects.toThrow('x 1.0.0 ships without the text of its licence');
});
