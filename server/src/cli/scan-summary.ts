/** What a scan says on stderr: kernels, configurations, files that were not looked at. */
import { count } from '../workspace/wording.js';
import type { Io } from './io.js';
import type { Skip } from './report.js';
import type { Scan } from './scan.js';
import { folderName, tell, tellFailure } from './stderr.js';

/** More are counted, not listed: a kernel has a hundred symbolic links. */
const LISTED = 5;

/** Which kernel the findings are for, and why; which configuration. */
export function tellKernels(scanned: Scan, io: Io): void {
	if (scanned.files === 0) return;
	for (const line of scanned.kernels.explain((root) => folderName(root, io.cwd))) tell(io, line);
	for (const file of scanned.configured.files) tell(io, `configuration from ${file}`);
}

/** What was not looked at. */
export function tellSkipped(scanned: Scan, unread: readonly Skip[], io: Io): void {
	for (const { shown, reason } of scanned.failed) tellFailure(io, shown, reason);
	const others = [...scanned.skipped, ...unread];
	for (const { shown, reason } of others.slice(0, LISTED)) tell(io, `${shown}: skipped: ${reason}`);
	if (others.length > LISTED)
		tell(io, `${count(others.length - LISTED, 'more file')} skipped; --format json lists them`);
	if (scanned.files === 0 && scanned.failed.length === 0) tell(io, 'no C files found');
}
