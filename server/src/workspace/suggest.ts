/** The names most like `name`, nearest first, at most three. */
export function similar(name: string, names: readonly string[]): string[] {
	const wanted = name.toLowerCase();
	return names
		.map((candidate) => ({ candidate, distance: distance(wanted, candidate.toLowerCase()) }))
		.filter(
			({ candidate, distance }) =>
				distance <= Math.max(2, candidate.length / 4) ||
				(wanted.length >= 4 && candidate.toLowerCase().includes(wanted)),
		)
		.sort((a, b) => a.distance - b.distance)
		.slice(0, 3)
		.map(({ candidate }) => candidate);
}

/** `; did you mean "x" or "y"?`, or nothing. */
export function suggestion(name: string, names: readonly string[]): string {
	const found = similar(name, names).map((candidate) => `"${candidate}"`);
	return found.length === 0 ? '' : `; did you mean ${found.join(' or ')}?`;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, i) => i);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[b.length] ?? 0;
}
