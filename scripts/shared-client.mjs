/**
 * One bundle of what the language client of the desktop and that of the web have in common: most of both. Theirs take it from beside
 * them at run time.
 */
import { join, sep } from 'node:path';

/** Its file, without the ending. */
export const CLIENT_LIBRARY = 'language-client';

/** The modules of the common part that the parts for one platform ask for, below node_modules. */
const MODULES = [
	'vscode-languageclient/lib/common/api.js',
	'vscode-languageclient/lib/common/client.js',
	'vscode-languageclient/lib/common/utils/is.js',
	'vscode-languageserver-protocol/lib/common/api.js',
	'vscode-jsonrpc/lib/common/api.js',
];
const COMMON = /(?:^|\/)node_modules\/(vscode-(?:languageclient|languageserver-protocol|jsonrpc)\/lib\/common\/.*)$/;

/** @param {string} path absolute @returns {string | undefined} below node_modules, of a module of the common part */
function inCommon(path) {
	return COMMON.exec(path.replaceAll(sep, '/'))?.[1];
}

/**
 * What the bundle is built with.
 * @param {string} root
 */
export function clientLibraryBundle(root) {
	const lines = MODULES.map((module) => `exports['${module}'] = require('./node_modules/${module}');`);
	return {
		stdin: { contents: lines.join('\n'), resolveDir: root },
		platform: 'browser',
		format: 'cjs',
		target: ['es2022', 'node20'],
		mainFields: ['module', 'main'],
		external: ['vscode'],
	};
}

/**
 * Lets a bundle take the common part from the one beside it.
 * @returns {import('esbuild').Plugin}
 */
export function withSharedClient() {
	const namespace = 'shared-client';
	return {
		name: namespace,
		setup(build) {
			build.onResolve({ filter: /^(?:\.\.?\/|vscode-)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
				if (pluginData === namespace) return undefined;
				const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: namespace });
				const module = inCommon(found.path);
				if (module === undefined) return found;
				if (MODULES.includes(module)) return { path: module, namespace };
				return { errors: [{ text: `${module} is not among the modules of ${join('scripts', 'shared-client.mjs')}` }] };
			});
			build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
				contents: `module.exports = require('./${CLIENT_LIBRARY}.js')['${path}'];`,
				loader: 'js',
			}));
		},
	};
}
