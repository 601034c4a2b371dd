/** Names by which a module calls the family without naming it: files that have one of them are read like those that do. */

/** Macros of macros. */
const DEEPEST = 4;

/**
 * Macros that come to one of the words.
 * @param texts of headers
 * @param words parts of names of functions
 */
export function aliasesIn(texts: readonly string[], words: readonly string[]): ReadonlySet<string> {
	const bodies = new Map<string, string[]>();
	for (const text of texts)
		for (const [, name = '', body = ''] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)((?:\\\r?\n|[^\n])*)/gm))
			bodies.set(name, [...(bodies.get(name) ?? []), body]);
	const aliases = new Set<string>();
	for (let round = 0; round < DEEPEST; round++) {
		const before = aliases.size;
		for (const [name, all] of bodies) {
			if (aliases.has(name) || words.some((word) => name.includes(word))) continue;
			const comes = (body: string): boolean =>
				words.some((word) => body.includes(word)) ||
				(body.match(/[A-Za-z_]\w*/g) ?? []).some((one) => aliases.has(one));
			if (all.some(comes)) aliases.add(name);
		}
		if (aliases.size === before) break;
	}
	return aliases;
}
