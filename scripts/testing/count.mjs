/** Counts a run: from vitest's JSON report and from the steps around it. */

/**
 * @param report what vitest's JSON reporter wrote
 * @returns numbers, and the full names of the tests that were skipped
 */
export function countVitest(report) {
	const count = { passed: 0, failed: 0, skipped: [], todo: 0 };
	for (const file of report.testResults) {
		const failedBefore = count.failed;
		for (const test of file.assertionResults) {
			if (test.status === 'passed') count.passed++;
			else if (test.status === 'failed') count.failed++;
			else if (test.status === 'todo') count.todo++;
			else count.skipped.push(test.fullName);
		}
		// A file that could not be loaded has failed without a test of its own.
		if (file.status === 'failed' && count.failed === failedBefore) count.failed++;
	}
	return count;
}

/** "N passed, N failed, N skipped": the last line of a run. */
export function closingLine({ passed, failed, skipped }) {
	return `${passed} passed, ${failed} failed, ${skipped.length} skipped`;
}
