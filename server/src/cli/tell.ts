import { relative } from 'node:path';
import { slashed } from '../workspace/collect.js';
import { printable } from './formats/snippet.js';
import { count } from './formats/text.js';
import type { Io } from './io.js';
import type { Scan } from './scan.js';

/** More are counted, not listed: a kernel has a hundred symbolic links. */
const LISTED = 5;

/** One line on stderr. */
export function tell(io: Io, line: string): void {
	io.stderr.write(`gup-lens: ${printable(line)}\n`);
}

/** Which kernel the findings are for, and why. */
export function tellKernels(scanned: Scan, io: Io): void {
	for (const line of scanned.kernels.explain((path) => slashed(relative(io.cwd, path)) || '.')) tell(io, line);
}

/** What was not looked at. */
export function tellSkipped(scanned: Scan, unread: readonly { path: string; reason: string }[], io: Io): void {
	for (const { path, reason } of scanned.failed) tell(io, `${path}: ${reason}`);
	const others = [...scanned.skipped, ...unread];
	for (const { path, reason } of others.slice(0, LISTED)) tell(io, `${path}: skipped: ${reason}`);
	if (others.length > LISTED)
		tell(io, `${count(others.length - LISTED, 'more file')} skipped; --format json lists them`);
	if (scanned.files === 0 && scanned.failed.length === 0) tell(io, 'no C files found');
}
