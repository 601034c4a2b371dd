import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { type Engine, loadEngine } from '../engine.js';
import { packageRoot } from './package.js';

/** The two wasm files in dist/, or in their packages where nothing is built. */
export function wasmFiles(): { readonly core: string; readonly grammar: string } {
	return { core: wasm('web-tree-sitter/web-tree-sitter.wasm'), grammar: wasm('tree-sitter-c/tree-sitter-c.wasm') };
}

export async function engine(): Promise<Engine> {
	const files = wasmFiles();
	const [core, grammar] = await Promise.all([readFile(files.core), readFile(files.grammar)]);
	return loadEngine({ core, grammar });
}

function wasm(name: string): string {
	const built = join(packageRoot, 'dist', basename(name));
	return existsSync(built) ? built : createRequire(join(packageRoot, 'package.json')).resolve(name);
}
