/**
 * Runs a TypeScript script: `node scripts/run.mjs scripts/NAME.ts [arguments]`.
 * The script is bundled with the modules of this project it imports, and the bundle is imported here.
 * It sees `process.argv`, `import.meta.url` and `import.meta.dirname` as if node had run the source itself.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) {
	console.error('usage: node scripts/run.mjs SCRIPT.ts [arguments]');
	process.exit(2);
}

const project = dirname(dirname(fileURLToPath(import.meta.url)));
// Below node_modules, so that packages resolve from there and git, tsc and vitest never see it.
const cache = join(project, 'node_modules', '.cache');
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, 'run-'));
const outfile = join(folder, 'script.mjs');
// Scripts may end the process themselves.
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Every module keeps its own location although all end up in one file. */
const locations = {
	name: 'locations',
	setup(setup) {
		setup.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
			loader: 'ts',
			contents: (await readFile(path, 'utf8'))
				.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
				.replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
		}));
	},
};

try {
	await build({
		entryPoints: [resolve(entry)],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		packages: 'external',
		sourcemap: 'inline',
		logLevel: 'warning',
		plugins: [locations],
	});
} catch {
	process.exit(1);
}

process.argv = [process.argv[0], resolve(entry), ...rest];
await import(pathToFileURL(outfile).href);
