/** Places in `#if` arms that a test of the version or of a feature keeps for some kernels. */

import type { FileIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';

/** Ends of spans that do not overlap, and their starts, ascending. */
interface Spans {
	readonly starts: readonly number[];
	readonly ends: readonly number[];
}

const spansOf = memoize(({ compat }: FileIR): Spans => {
	const starts: number[] = [];
	const ends: number[] = [];
	for (const { start, end } of [...compat].sort((a, b) => a.start - b.start)) {
		const last = ends.length - 1;
		if (last >= 0 && start <= (ends[last] as number)) ends[last] = Math.max(ends[last] as number, end);
		else {
			starts.push(start);
			ends.push(end);
		}
	}
	return { starts, ends };
});

/** An offset lies in an arm that is for some kernels only. */
export function isForSomeKernels(file: FileIR, offset: number): boolean {
	const spans = spansOf(file);
	let low = 0;
	let high = spans.starts.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((spans.starts[mid] as number) <= offset) low = mid + 1;
		else high = mid;
	}
	return low > 0 && offset < (spans.ends[low - 1] as number);
}
