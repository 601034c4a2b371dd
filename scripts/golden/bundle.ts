/** This checkout's dump, bundled with the engine of another one. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..', '..');
/** In two parts: whoever bundles this module replaces the whole name in it. */
const META = ['import', 'meta'].join('.');
const own = join(root, 'server', 'src');

/**
 * @param checkout whose server/src is used
 * @param outfile below this checkout's node_modules, so that packages resolve
 * @throws with what esbuild says where that revision lacks a module or an export the dump imports
 */
export async function bundleDump(checkout: string, outfile: string): Promise<void> {
	const server = join(checkout, 'server', 'src');
	const redirected: Plugin = {
		name: 'engine of another checkout',
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /^\./ }, ({ path: named, resolveDir }) => {
				const meant = resolve(resolveDir, named);
				if (!meant.startsWith(own)) return undefined;
				const bare = join(server, meant.slice(own.length)).replace(/\.js$/, '');
				const path = [`${bare}.ts`, `${bare}.tsx`, bare].find((name) => existsSync(name));
				return path === undefined ? { errors: [{ text: `${bare}.ts is not there` }] } : { path };
			});
			// Every module keeps its own location although all end up in one file.
			onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
				loader: 'ts',
				contents: (await readFile(path, 'utf8'))
					.replaceAll(`${META}.url`, JSON.stringify(pathToFileURL(path).href))
					.replaceAll(`${META}.dirname`, JSON.stringify(dirname(path))),
			}));
		},
	};
	await build({
		entryPoints: [join(import.meta.dirname, 'dump.ts')],
		outfile,
		bundle: true,
		platform: 'node',
		format: 'esm',
		target: 'node20',
		packages: 'external',
		logLevel: 'silent',
		plugins: [redirected],
	});
}
