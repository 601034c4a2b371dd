/** Flags of a call, as the analysis evaluates them. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { Alternative } from '../analysis/flag-value.js';

/** More values than this say only what is written. */
const MOST_VALUES = 4;

function one({ bits, open, number, booleans }: Alternative): string | undefined {
	const names = [...bits.keys()].sort();
	if (open) return names.length > 0 ? `${names.join('|')}|...` : undefined;
	if (booleans.length > 0) return undefined;
	if (names.length > 0) return names.join('|');
	return number === undefined ? undefined : String(number);
}

/**
 * "FOLL_LONGTERM|FOLL_WRITE", "0 or FOLL_WRITE" where the value depends on the path, the expression as written where it
 * cannot be evaluated; null when the function takes no flags.
 */
export function flagsOf(file: FileContext, call: ApiCall): string | null {
	const written = call.arg('flags') ?? call.arg('extraction');
	if (!written) return null;
	const values = call.flags?.map(one);
	const known = new Set(values);
	if (known.size === 0 || known.size > MOST_VALUES || known.has(undefined))
		return file.slice(written).replace(/\s+/g, ' ');
	return [...(known as Set<string>)].sort().join(' or ');
}
