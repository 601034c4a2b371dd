/** Judgements that code alone cannot give, each with its public source. */
import type { KnownUser } from './types.js';

export const KNOWN_USERS: readonly KnownUser[] = [];

/** `row` is about `path`: the same, below it, or the same from some folder on. */
function names(row: KnownUser, path: string): boolean {
	const at = `/${path}`.lastIndexOf(`/${row.path}`);
	if (at < 0) return false;
	return row.path.endsWith('/') || at + row.path.length === path.length;
}

/**
 * The judgement on a function of a file, else on the file.
 * @param path relative to the tree root, or any longer path that ends in such a one
 */
export function knownUser(path: string, fn: string | undefined): KnownUser | undefined {
	const rows = KNOWN_USERS.filter((row) => names(row, path));
	return rows.find((row) => fn !== undefined && row.functions?.includes(fn)) ?? rows.find((row) => !row.functions);
}
