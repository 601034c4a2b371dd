/** Entry of the command line. */
import { processIo } from './cli/io.js';
import { run } from './cli/main.js';

run(process.argv.slice(2), processIo()).then(
	(code) => {
		process.exitCode = code;
	},
	(error) => {
		console.error(error);
		process.exitCode = 2;
	},
);
