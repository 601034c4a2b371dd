/** Counts a run: from vitest's JSON report and from the steps around it. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/**
 * @param report what vitest's JSON reporter wrote
 * @returns how many passed and are todo; the full names of those skipped; of those that failed file, name and the first line of why
 */
export function countVitest(report) {
	const count = { passed: 0, failed: [], skipped: [], todo: 0 };
	for (const file of report.testResults) {
		const failedBefore = count.failed.length;
		for (const test of file.assertionResults) {
			if (test.status === 'passed') count.passed++;
			else if (test.status === 'failed') count.failed.push(toldFailure(file, test));
			else if (test.status === 'todo') count.todo++;
			else count.skipped.push(test.fullName);
		}
		// A file that could not be loaded has failed without a test of its own.
		if (file.status === 'failed' && count.failed.length === failedBefore)
			count.failed.push(toldFailure(file, { failureMessages: [file.message] }));
	}
	return count;
}

/** A failed test in a line of at most 300 characters: what is printed in between may be cut from a long log. */
function toldFailure(file, { fullName = 'could not be loaded', failureMessages = [] }) {
	const [why = ''] = stripVTControlCharacters(failureMessages[0] ?? '').split('\n', 1);
	return `${relative(process.cwd(), file.name ?? '')}: ${fullName}: ${why}`.slice(0, 300);
}

/** "N passed, N failed, N skipped": the last line of a run. */
export function closingLine({ passed, failed, skipped }) {
	return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}
