import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from './package.js';

/** Runs the language server in this process, over the standard streams; it ends the process itself. */
export function lsp(): Promise<number> {
	createRequire(join(packageRoot, 'package.json'))(join(packageRoot, 'dist', 'server.js'));
	return new Promise(() => {});
}
