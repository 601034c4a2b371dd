import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

/** The parser and the grammar as installed. */
export function wasmBytes(): [Uint8Array, Uint8Array] {
	return [
		readFileSync(join(modules, 'web-tree-sitter', 'web-tree-sitter.wasm')),
		readFileSync(join(modules, 'tree-sitter-c', 'tree-sitter-c.wasm')),
	];
}
