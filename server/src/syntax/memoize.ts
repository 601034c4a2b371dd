/** Results of analyses, computed once for an object and kept as long as it. */

/**
 * `analyse` with a memory of its own.
 * @param analyse what it finds out must follow from the object alone; what else it is given, too
 */
export function memoize<K extends object, G extends readonly unknown[], T>(
	analyse: (key: K, ...given: G) => T,
): (key: K, ...given: G) => T {
	const results = new WeakMap<K, T>();
	return (key, ...given) => {
		const known = results.get(key);
		if (known !== undefined || results.has(key)) return known as T;
		const result = analyse(key, ...given);
		results.set(key, result);
		return result;
	};
}

/**
 * The same for an object and a second thing that counts: a name, a depth, a function.
 * @param analyse what it finds out must follow from both
 */
export function memoizePairs<K extends object, L, G extends readonly unknown[], T>(
	analyse: (key: K, other: L, ...given: G) => T,
): (key: K, other: L, ...given: G) => T {
	const resultsOf = memoize((_key: K) => new Map<L, T>());
	return (key, other, ...given) => {
		const results = resultsOf(key);
		const known = results.get(other);
		if (known !== undefined || results.has(other)) return known as T;
		const result = analyse(key, other, ...given);
		results.set(other, result);
		return result;
	};
}
