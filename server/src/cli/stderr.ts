import { fromFolder } from '../workspace/collect.js';
import { oneLine, printable } from '../workspace/wording.js';
import type { Io } from './io.js';

/** One line on stderr. */
export function tell(io: Io, line: string): void {
	io.stderr.write(`gup-lens: ${oneLine(line)}\n`);
}

/** What failed, and why; where that has a stack trace, it follows. */
export function tellFailure(io: Io, what: string, reason: string): void {
	const [first = '', ...trace] = reason.split('\n');
	tell(io, `${what}: ${first}`);
	for (const line of trace) io.stderr.write(`${printable(line)}\n`);
}

/** A folder below the working directory from there, any other with its full path. */
export function folderName(folder: string, cwd: string): string {
	const path = fromFolder(cwd, folder);
	return /^\.\.(\/|$)/.test(path) ? folder : path;
}
