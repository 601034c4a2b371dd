/** More names than this are not remembered: a kernel file calls some hundred functions. */
const MOST_NAMES = 4000;

/** What a table or a pattern says of a name, remembered: the same few names are asked about again and again. */
export function perName<T>(ask: (name: string) => T): (name: string) => T {
	const known = new Map<string, T>();
	return (name) => {
		const before = known.get(name);
		if (before !== undefined || known.has(name)) return before as T;
		if (known.size >= MOST_NAMES) known.clear();
		const answer = ask(name);
		known.set(name, answer);
		return answer;
	};
}
