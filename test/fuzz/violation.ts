/** A property that does not hold. */
export class Violation extends Error {
	/** What is wrong, in words that are the same for each case of it. */
	readonly what: string;

	/** @param details of this case */
	constructor(what: string, details = '') {
		super(details === '' ? what : `${what}: ${details}`);
		this.what = what;
	}
}

/** @throws Violation unless the condition holds */
export function hold(condition: boolean, what: string, details: () => string = () => ''): asserts condition {
	if (!condition) throw new Violation(what, details());
}

/** The first place in which two values of plain data differ, such as `findings[2].message: "a" and "b"`; undefined: none. */
export function difference(a: unknown, b: unknown, path = ''): string | undefined {
	if (Object.is(a, b)) return undefined;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
		return `${path || 'value'}: ${shown(a)} and ${shown(b)}`;
	const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
	for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
		const found = difference(
			one[key],
			other[key],
			Array.isArray(a) ? `${path}[${key}]` : path ? `${path}.${key}` : key,
		);
		if (found !== undefined) return found;
	}
	return undefined;
}

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? 'undefined';
	return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** @throws Violation where two values of plain data differ */
export function same(a: unknown, b: unknown, what: string): void {
	const found = difference(a, b);
	if (found !== undefined) throw new Violation(what, found);
}
