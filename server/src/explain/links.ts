/** Where to read on: the kernel's own pages. */
import { PIN_PAGE } from '../kernel/cases.js';
import type { ApiRecord, Group } from '../kernel/types.js';

const WHICH_CALL = `[Which call to use: the five cases](${PIN_PAGE})`;
/** The page made from the comments in mm/gup.c. */
const REFERENCE = '[Reference of the GUP functions](https://docs.kernel.org/core-api/mm-api.html)';

const BY_GROUP: Readonly<Record<Group, readonly string[]>> = {
	get: [WHICH_CALL, REFERENCE],
	pin: [WHICH_CALL, REFERENCE],
	release: [WHICH_CALL, REFERENCE],
	'iov-iter': [WHICH_CALL],
	extract: [WHICH_CALL],
	walk: [WHICH_CALL],
	dirty: [WHICH_CALL],
	helper: [WHICH_CALL],
};

export function apiLinks(record: ApiRecord): string {
	return BY_GROUP[record.group].join(' · ');
}

export const FLAG_LINKS = WHICH_CALL;
