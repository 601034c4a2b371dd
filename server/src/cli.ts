/** Entry of the command line. Its worker threads run the same file. */
import { isMainThread } from 'node:worker_threads';
import { serveAudit } from './audit/worker.js';
import { processIo } from './cli/io.js';
import { run } from './cli/main.js';

if (isMainThread)
	run(process.argv.slice(2), processIo()).then(
		(code) => {
			process.exitCode = code;
		},
		(error) => {
			console.error(error);
			process.exitCode = 2;
		},
	);
else serveAudit();
