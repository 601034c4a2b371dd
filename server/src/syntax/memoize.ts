/** Results of analyses, computed once for an object and kept as long as it. */

/**
 * `analyse` with a memory of its own.
 * @param analyse what it finds out must follow from the object alone
 */
export function memoize<K extends object, T>(analyse: (key: K) => T): (key: K) => T {
	const results = new WeakMap<K, { readonly result: T }>();
	return (key) => {
		const known = results.get(key);
		if (known) return known.result;
		const result = analyse(key);
		results.set(key, { result });
		return result;
	};
}
