import { createRequire } from 'node:module';

/** Runs the language server, built beside this, in this process over the standard streams; it ends the process itself. */
export function lsp(): Promise<number> {
	createRequire(import.meta.url)('./server.js');
	return new Promise(() => {});
}
