/** All commands of the command line. The worker threads of an audit run the same file. */
import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { serveAudit } from './audit/worker.js';
import { processIo } from './cli/io.js';
import { run } from './cli/main.js';
import { printable } from './workspace/wording.js';

if (!isMainThread) serveAudit();

/** Runs the command line of this process, which then ends with its exit code. */
export async function main(): Promise<void> {
	try {
		process.exitCode = await run(process.argv.slice(2), processIo());
	} catch (error) {
		console.error(printable(inspect(error)));
		process.exitCode = 2;
	}
}
