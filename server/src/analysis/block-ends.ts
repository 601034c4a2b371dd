/** Where the blocks of a function end, in its text. */
import type { FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { isPunct, tokenize } from '../syntax/tokens.js';

/** Braces in the order of the text; from each on the block around an offset ends at `ends`. */
interface Braces {
	readonly starts: readonly number[];
	readonly ends: readonly number[];
}

const bracesOf = memoize(({ body }: FunctionIR, text: string): Braces => {
	const tokens = tokenize(text, body.start, body.end);
	const starts: number[] = [];
	const ends: number[] = [];
	/** Positions in the lists that wait for the end of their block, by the block they stand in. */
	const open: number[][] = [];
	for (let i = 0; i < tokens.count; i++) {
		const opens = isPunct(tokens, i, '{');
		if (!opens && !isPunct(tokens, i, '}')) continue;
		if (opens) open.push([]);
		else for (const waiting of open.pop() ?? []) ends[waiting] = tokens.starts[i] as number;
		open.at(-1)?.push(starts.length);
		ends.push(body.end);
		starts.push(tokens.starts[i] as number);
	}
	return { starts, ends };
});

/** End of the block of `fn` that encloses an offset: the offset of its closing brace. */
export function blockEndAt(text: string, fn: FunctionIR, offset: number): number {
	const known = bracesOf(fn, text);
	let low = 0;
	let high = known.starts.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((known.starts[mid] as number) < offset) low = mid + 1;
		else high = mid;
	}
	return known.ends[low - 1] ?? fn.body.end;
}
