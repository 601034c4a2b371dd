/** Checks of data that comes from outside: whether it is what a type says. */

export type Check = (value: unknown) => boolean;

export const isString: Check = (value) => typeof value === 'string';
export const isBoolean: Check = (value) => typeof value === 'boolean';
/** A string, or null. */
export const isWord: Check = (value) => value === null || typeof value === 'string';
/** A whole number from 0. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** A whole number from 1: a line, a column, a number of something that is there. */
export const isOrdinal: Check = (value) => isCount(value) && value !== 0;

export function oneOf(...words: readonly unknown[]): Check {
	return (value) => words.includes(value);
}

export function listOf(check: Check): Check {
	return (value) => Array.isArray(value) && value.every(check);
}

type Fields = Readonly<Record<string, Check>>;

/** An object with these fields, and maybe more. A field that may be missing has a check that takes undefined. */
export function shape(fields: Fields): Check {
	const checks = Object.entries(fields);
	return (value) =>
		typeof value === 'object' &&
		value !== null &&
		checks.every(([name, check]) => check((value as Record<string, unknown>)[name]));
}

/** An object with these fields and no others. */
export function exactly(fields: Fields): Check {
	const isThere = shape(fields);
	return (value) => isThere(value) && Object.keys(value as object).every((name) => Object.hasOwn(fields, name));
}

/** Absent, or null as some senders have it. */
export function optional(check: Check): Check {
	return (value) => value === undefined || value === null || check(value);
}
