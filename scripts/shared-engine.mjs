/**
 * One bundle of the engine for all programs that have it: the server, the server in a web worker, and the command line.
 * Modules of the engine's layers are left out of theirs and come from it at run time.
 */
import { relative, resolve, sep } from 'node:path';
import { build } from 'esbuild';

/** What makes up the engine, below server/src: it knows neither files nor protocols, so that one bundle does everywhere. */
export const ENGINE = [
	'kernel/',
	'syntax/',
	'analysis/',
	'verdict/',
	'rules/',
	'explain/',
	'conversion/',
	'engine.ts',
	'preprocessed.ts',
	'conversion-verifier.ts',
	'whole-file.ts',
	'fixall.ts',
];

/** The global that a script has the bundle by; in Node it is a module. */
const GLOBAL = 'gupLensEngine';
const ENTRY = 'gup-lens-engine';

/** @param {string} root @param {string} path absolute @returns {string | undefined} relative to the root, of a module of the engine */
function inEngine(root, path) {
	const from = relative(resolve(root, 'server/src'), path).replaceAll(sep, '/');
	return ENGINE.some((part) => (part.endsWith('/') ? from.startsWith(part) : from === part))
		? `server/src/${from}`
		: undefined;
}

/** @param {string} module "server/src/kernel/index.ts" @returns {string} "kernel_index" */
function nameOf(module) {
	return module.replace(/^server\/src\/|\.tsx?$/g, '').replace(/\W/g, '_');
}

/**
 * Takes modules of the engine out of a bundle.
 * @param {string} root
 * @param {(module: string) => import('esbuild').OnResolveResult} instead
 * @returns {import('esbuild').Plugin}
 */
function redirecting(root, instead) {
	return {
		name: 'shared-engine',
		setup(build) {
			build.onResolve({ filter: /^\.\.?\// }, ({ path, importer, resolveDir }) => {
				const module = inEngine(root, resolve(resolveDir, path.replace(/\.js$/, '.ts')));
				return module === undefined || inEngine(root, importer) !== undefined ? undefined : instead(module);
			});
		},
	};
}

/**
 * The modules of the engine that programs import.
 * @param {string} root
 * @param {readonly string[]} entries of the programs
 * @returns {Promise<readonly string[]>} relative to the root, sorted
 */
export async function boundary(root, entries) {
	/** @type {Set<string>} */
	const found = new Set();
	await build({
		absWorkingDir: root,
		entryPoints: [...entries],
		outdir: 'unused',
		bundle: true,
		write: false,
		format: 'cjs',
		platform: 'node',
		packages: 'external',
		logLevel: 'silent',
		plugins: [
			redirecting(root, (path) => {
				found.add(path);
				return { path, external: true };
			}),
		],
	});
	return [...found].sort();
}

/**
 * What the bundle of the engine is built with.
 * @param {string} root
 * @param {readonly string[]} modules those that programs import
 */
export function engineBundle(root, modules) {
	const contents = modules.map((path) => `export * as ${nameOf(path)} from './${path}';`).join('\n');
	return {
		entryPoints: [ENTRY],
		platform: 'neutral',
		format: 'iife',
		globalName: GLOBAL,
		target: ['es2022', 'node20'],
		mainFields: ['module', 'main'],
		// asked for in Node alone
		external: ['module', 'fs/promises'],
		define: { 'import.meta.url': '__moduleUrl' },
		banner: {
			js: `var __moduleUrl = typeof __filename === 'string' ? require('node:url').pathToFileURL(__filename).href : '';`,
		},
		footer: { js: `if (typeof module === 'object') module.exports = ${GLOBAL};` },
		plugins: [
			{
				name: 'engine-entry',
				setup(build) {
					build.onResolve({ filter: new RegExp(`^${ENTRY}$`) }, () => ({ path: ENTRY, namespace: ENTRY }));
					build.onLoad({ filter: /.*/, namespace: ENTRY }, () => ({ contents, resolveDir: root }));
				},
			},
		],
	};
}

/**
 * Lets a bundle take the engine from the one beside it.
 * @param {string} root
 * @param {'module' | 'global'} from a module in Node, a script that ran before in a worker
 * @returns {import('esbuild').Plugin}
 */
export function withSharedEngine(root, from) {
	const engine = from === 'module' ? `require('./engine.js')` : GLOBAL;
	const namespace = 'shared-engine';
	const { name, setup } = redirecting(root, (path) => ({ path, namespace, sideEffects: false }));
	return {
		name,
		setup(build) {
			setup(build);
			build.onResolve({ filter: /^\.\/engine\.js$/, namespace }, ({ path }) => ({ path, external: true }));
			build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
				contents: `module.exports = ${engine}.${nameOf(path)};`,
				loader: 'js',
			}));
		},
	};
}
