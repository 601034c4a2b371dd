/** The engine and parser as installed, for tests of the lower layers. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine, type WasmFiles } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';

const modules = join(import.meta.dirname, '..', '..', 'node_modules');

export const wasm: WasmFiles = {
	core: readFileSync(join(modules, 'web-tree-sitter', 'web-tree-sitter.wasm')),
	grammar: readFileSync(join(modules, 'tree-sitter-c', 'tree-sitter-c.wasm')),
};

export const engine = await loadEngine(wasm);

export const kernel = kernelFor('6.12');

/** Names of the functions read, with their calls, one string for each reading. */
export function readings(text: string): string[] {
	return engine.read(text, kernel).functions.map((fn) => `${fn.name}: ${fn.calls.map((call) => call.name).join(' ')}`);
}
