/** Entry of the command line. Its worker threads run the same file. */
import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { serveAudit } from './audit/worker.js';
import { processIo } from './cli/io.js';
import { run } from './cli/main.js';
import { printable } from './workspace/wording.js';

if (isMainThread)
	run(process.argv.slice(2), processIo()).then(
		(code) => {
			process.exitCode = code;
		},
		(error) => {
			console.error(printable(inspect(error)));
			process.exitCode = 2;
		},
	);
else serveAudit();
