import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { type Engine, loadEngine } from '../engine.js';
import { packageRoot } from './package.js';

/** The engine with its wasm files from dist/, or from their packages where nothing is built. */
export async function engine(): Promise<Engine> {
	const [core, grammar] = await Promise.all([
		wasm('web-tree-sitter/web-tree-sitter.wasm'),
		wasm('tree-sitter-c/tree-sitter-c.wasm'),
	]);
	return loadEngine({ core, grammar });
}

function wasm(name: string): Promise<Buffer> {
	const built = join(packageRoot, 'dist', basename(name));
	return readFile(existsSync(built) ? built : createRequire(join(packageRoot, 'package.json')).resolve(name));
}
