/** More names than this are not remembered: a kernel file calls some hundred functions. */
const MOST_NAMES = 4000;

/**
 * What a table or a pattern says of a name, remembered: the same few names are asked about again and again.
 * Names are cut out of texts, and a part of a string holds the whole one: as keys of a Map they would keep every text that was
 * ever read. Keys of an object are strings of their own.
 */
export function perName<T>(ask: (name: string) => T): (name: string) => T {
	let known = noNames<T>();
	let size = 0;
	return (name) => {
		const before = known[name];
		if (before) return before.answer;
		const answer = ask(name);
		if (size >= MOST_NAMES) {
			known = noNames();
			size = 0;
		}
		known[name] = { answer };
		size++;
		return answer;
	};
}

/** Without a prototype, whose names are no answers. */
function noNames<T>(): Record<string, { readonly answer: T } | undefined> {
	return Object.create(null);
}
