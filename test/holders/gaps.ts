/**
 * What the engine does not find yet, each with the reason. The test fails where one has closed, so that the table shrinks, and
 * where something is missed that is not here.
 */
import type { FaultName } from './fault.js';
import { FORMS } from './form.js';

export interface Gap {
	/** Name of a holder. */
	readonly holder: string;
	readonly fault: FaultName;
	/** Names of the forms that are missed. */
	readonly missed: readonly string[];
	readonly reason: string;
}

const ALL = FORMS.map(({ name }) => name);
const INLINE = FORMS.filter(({ hasHelpers }) => !hasHelpers).map(({ name }) => name);
const ADDRESSES = FORMS.filter(({ givesAddress }) => givesAddress).map(({ name }) => name);

const ZEROED = 'the array is zeroed, and unpin_user_pages() is assumed to skip entries that are NULL';
const DESTRUCTOR =
	'a destructor that does not release the pages of a field is not reported against the function that stored them';
const ELEMENT = 'a page is no longer followed once it is stored into an entry of a list, a table or an xarray';

export const gaps: readonly Gap[] = [
	{ holder: 'array embedded in an object', fault: 'overrun', missed: ADDRESSES, reason: ZEROED },
	{
		holder: 'array embedded in an object',
		fault: 'release before taking',
		missed: ['bulk, nested, helper, pin', 'bulk, ladder, inline, pin, address'],
		reason: ZEROED,
	},
	{
		holder: 'sg cursor',
		fault: 'leak in teardown',
		missed: ['bulk, nested, inline, get', 'bulk, ladder, inline, pin, address'],
		reason: DESTRUCTOR,
	},
	{ holder: 'sg cursor', fault: 'dirty missing', missed: INLINE, reason: ELEMENT },
	{ holder: 'list of objects', fault: 'leak in teardown', missed: ['bulk, nested, inline, get'], reason: DESTRUCTOR },
	{ holder: 'xarray', fault: 'leak in teardown', missed: INLINE, reason: DESTRUCTOR },
	{
		holder: 'xarray',
		fault: 'overrun',
		missed: ['bulk, nested, inline, get', 'bulk, ladder, inline, pin, address'],
		reason: ELEMENT,
	},
	{ holder: 'xarray', fault: 'dirty missing', missed: ALL, reason: ELEMENT },
	{
		holder: 'xarray',
		fault: 'dirty unlocked',
		missed: ['loop, nested, helper, get', 'bulk, ladder, helper, get', 'bulk, nested, inline, get'],
		reason: ELEMENT,
	},
];
