/** The functions that acquire user pages, and the words by which a text that calls one is found: from the table. */
import { API_RECORDS } from './apis/index.js';
import type { ApiRecord } from './types.js';

/** A call of it leaves its caller with something to release. */
export function acquires({ takes, group }: ApiRecord): boolean {
	return takes !== 'none' && group !== 'release' && group !== 'dirty';
}

/** It returns the page it takes. */
export function returnsPage({ takes, meaning }: ApiRecord): boolean {
	return takes !== 'none' && meaning.startsWith('page-');
}

const namesOf = (wanted: (record: ApiRecord) => boolean): readonly string[] =>
	API_RECORDS.filter(wanted).map(({ name }) => name);

/** They return the page they take, or the object for all pages. */
export const PAGE_RETURNING: ReadonlySet<string> = new Set(namesOf(returnsPage));

/** They release pins by the address these were taken at, in a device. */
export const ADDRESS_RELEASES = namesOf(({ group, takes }) => group === 'release' && takes === 'iova');

/** The audit lists calls of it. */
export function isSite(record: ApiRecord): boolean {
	return record.site ?? acquires(record);
}

/** It fills an array of pages or folios, and says how many. */
export function fillsArray(record: ApiRecord): boolean {
	const roles = record.signatures.at(-1)?.params.map(({ role }) => role) ?? [];
	return acquires(record) && (roles.includes('pages') || roles.includes('folios'));
}

/** Words of which a text has one where it names one of the functions: those that are no part of a shorter one are left out. */
export function wordsOf(wanted: (record: ApiRecord) => boolean): readonly string[] {
	const names = namesOf(wanted);
	return names.filter((name) => !names.some((other) => other !== name && name.includes(other)));
}
