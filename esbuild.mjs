/**
 * Builds everything that ships into dist/.
 *   node esbuild.mjs                 development: source maps, readable
 *   node esbuild.mjs --production    minified, no source maps: what is packed
 *   node esbuild.mjs --watch         development, again after every change
 *   --outdir=DIR                     elsewhere than dist/
 *   --only=NAME,...                  some of: client, launch.node, views.node, client.web,
 *                                    launch.web, language-client, server, server.worker, cli, commands, mcp;
 *                                    the engine comes with those that have it
 *   --metafile=FILE                  tells what went into each of them, as esbuild has it
 * Without --only also the notices of all packages that are bundled.
 */

import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';
import { notices, packagesOf } from './scripts/notices.mjs';
import { CLIENT_LIBRARY, clientLibraryBundle, withSharedClient } from './scripts/shared-client.mjs';
import { boundary, engineBundle, withSharedEngine } from './scripts/shared-engine.mjs';

const {
	values: { production, watch, outdir, only, metafile },
} = parseArgs({
	options: {
		production: { type: 'boolean', default: false },
		watch: { type: 'boolean', default: false },
		outdir: { type: 'string', default: 'dist' },
		only: { type: 'string' },
		metafile: { type: 'string' },
	},
});
const root = import.meta.dirname;
const dist = resolve(root, outdir);

const shared = {
	absWorkingDir: root,
	bundle: true,
	minify: production,
	sourcemap: production ? false : 'linked',
	sourcesContent: false,
	// The licences of all that is bundled stand in one file.
	legalComments: 'none',
	metafile: true,
	logLevel: 'warning',
};

/** CommonJS leaves import.meta.url empty, and web-tree-sitter reads it. */
const node = {
	...shared,
	platform: 'node',
	format: 'cjs',
	target: 'node20',
	mainFields: ['module', 'main'],
	define: { 'import.meta.url': '__moduleUrl' },
	banner: { js: `const __moduleUrl = require('node:url').pathToFileURL(__filename).href;` },
};

/** The web host evaluates its entry as CommonJS; the worker is a classic script of its own. */
const web = {
	...shared,
	platform: 'browser',
	target: 'es2022',
	mainFields: ['browser', 'module', 'main'],
	define: { 'import.meta.url': '""' },
};

/** Those with the engine; one bundle of it lies beside them. */
const withEngine = {
	server: { ...node, entry: 'server/src/node.ts', plugins: [withSharedEngine(root, 'module')] },
	'server.worker': {
		...web,
		format: 'iife',
		entry: 'server/src/worker.ts',
		plugins: [withSharedEngine(root, 'global')],
	},
	commands: { ...node, entry: 'server/src/commands.ts', plugins: [withSharedEngine(root, 'module')] },
	mcp: { ...node, entry: 'server/src/mcp.ts', plugins: [withSharedEngine(root, 'module')] },
};
/** Those with a language client; what they share of it lies beside them. */
const withClientLibrary = { external: ['vscode', `./${CLIENT_LIBRARY}.js`], plugins: [withSharedClient()] };
const targets = {
	// The language client and the views are bundles of their own: C projects that never name the family never read them.
	client: {
		...node,
		entry: 'client/src/extension.ts',
		external: ['vscode', './launch.node.js', './views.node.js'],
		supported: { 'dynamic-import': false },
	},
	'launch.node': { ...node, entry: 'client/src/launch.node.ts', ...withClientLibrary },
	'views.node': { ...node, entry: 'client/src/views.node.ts', external: ['vscode'] },
	'client.web': { ...web, format: 'cjs', entry: 'client/src/extension.web.ts', external: ['vscode'] },
	'launch.web': { ...web, format: 'cjs', entry: 'client/src/launch.web.ts', ...withClientLibrary },
	[CLIENT_LIBRARY]: { ...shared, ...clientLibraryBundle(root) },
	// The kernel build starts it once a file, and most of them need nothing of the second bundle.
	cli: {
		...node,
		entry: 'server/src/cli.ts',
		banner: { js: `#!/usr/bin/env node\n${node.banner.js}` },
		external: ['./commands.js'],
		supported: { 'dynamic-import': false },
	},
	...withEngine,
};
const wanted = only?.split(',') ?? Object.keys(targets);
const unknown = wanted.filter((name) => !(name in targets));
if (unknown.length > 0) throw new Error(`no such target: ${unknown.join(', ')}`);
if (wanted.some((name) => name in withEngine)) {
	// all of them in each build: those built before it go on
	const modules = await boundary(
		root,
		Object.values(withEngine).map(({ entry }) => entry),
	);
	targets.engine = { ...shared, ...engineBundle(root, modules) };
	wanted.push('engine');
}

const require = createRequire(import.meta.url);
const copies = [
	[require.resolve('web-tree-sitter/web-tree-sitter.wasm'), 'web-tree-sitter.wasm'],
	[require.resolve('tree-sitter-c/tree-sitter-c.wasm'), 'tree-sitter-c.wasm'],
];

/** In dist/, beside the programs. */
const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** A warning here is a bug in somebody's editor. */
const failOnWarnings = {
	name: 'fail-on-warnings',
	setup(build) {
		build.onEnd(({ warnings }) => ({ errors: warnings.map(({ text, location }) => ({ text, location })) }));
	},
};

if (!watch && only === undefined) await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all(copies.map(([from, to]) => copyFile(from, join(dist, to))));

const contexts = await Promise.all(
	wanted
		.map((name) => ({ name, ...targets[name] }))
		.map(({ name, entry, plugins = [], ...options }) =>
			context({
				...(entry && { entryPoints: [entry] }),
				...options,
				outfile: join(dist, `${name}.js`),
				plugins: [...plugins, failOnWarnings],
			}),
		),
);
if (watch) {
	await Promise.all(contexts.map((build) => build.watch()));
	console.log('watching; Ctrl+C ends');
} else {
	const results = await Promise.allSettled(contexts.map((build) => build.rebuild()));
	await Promise.all(contexts.map((build) => build.dispose()));
	if (results.some(({ status }) => status === 'rejected')) process.exit(1);
	const made = results.map(({ value }) => value.metafile);
	if (metafile !== undefined) await writeFile(metafile, JSON.stringify(made));
	const inputs = made.flatMap((one) => Object.keys(one.inputs));
	const copied = copies.map(([from]) => relative(root, from).replaceAll(sep, '/'));
	if (only === undefined) await writeFile(join(dist, NOTICES), await notices(root, packagesOf([...inputs, ...copied])));
	if (existsSync(join(dist, 'cli.js'))) await chmod(join(dist, 'cli.js'), 0o755);
}
