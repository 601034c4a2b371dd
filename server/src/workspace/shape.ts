/** Checks of data that came from outside: what passes has the shape that its type claims. */

export type Check = (value: unknown) => boolean;

export const isString: Check = (value) => typeof value === 'string';
export const isNumber: Check = (value) => Number.isFinite(value);

export function listOf(check: Check): Check {
	return (value) => Array.isArray(value) && value.every(check);
}

/** An object in which each of these fields passes its check; what else it has does not matter. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
	return (value) =>
		typeof value === 'object' &&
		value !== null &&
		Object.entries(fields).every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

export function oneOf(...words: readonly unknown[]): Check {
	return (value) => words.includes(value);
}

/** Absent, or null as some senders have it. */
export function optional(check: Check): Check {
	return (value) => value === undefined || value === null || check(value);
}
