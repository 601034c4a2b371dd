import { realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Io, UsageError } from './io.js';
import type { Run } from './mcp/commandLine.js';

/** What the bundle beside this has: the SDK is loaded by this command alone. */
type Bundle = typeof import('../mcp.js');

export interface McpOptions {
	/** Conversions may be written. */
	readonly write?: boolean;
}

/**
 * Serves an assistant over the standard streams, until it hangs up.
 * @param run the command line, which the tools are answered by
 */
export async function mcp(folder: string, { write = false }: McpOptions, run: Run, { cwd }: Io): Promise<number> {
	const path = resolve(cwd, folder);
	if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`${folder}: not a folder`);
	// The standard output belongs to the protocol.
	console.log = console.info = console.debug = console.error;
	const { serve } = createRequire(import.meta.url)('./mcp.js') as Bundle;
	return serve({ run, folder: realpathSync(path), write });
}
