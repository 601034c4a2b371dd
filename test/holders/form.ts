/** The ways a program of the matrix is written. */

export interface Form {
	/** "loop, ladder, inline, pin" */
	readonly name: string;
	/** Pages are released one by one, or by the call that takes an array. */
	readonly isLoop: boolean;
	/** A ladder of labels at the end, or nested ifs. */
	readonly isLadder: boolean;
	/** Taking and releasing stand in static functions. */
	readonly hasHelpers: boolean;
	readonly kind: Kind;
	/** The device gets the address of the first page: who has only that holds nothing. */
	readonly givesAddress: boolean;
}

export type Kind = 'pin' | 'get';

function form(
	release: 'loop' | 'bulk',
	cleanup: 'ladder' | 'nested',
	place: 'inline' | 'helper',
	kind: Kind,
	...more: readonly 'address'[]
): Form {
	return {
		name: [release, cleanup, place, kind, ...more].join(', '),
		isLoop: release === 'loop',
		isLadder: cleanup === 'ladder',
		hasHelpers: place === 'helper',
		kind,
		givesAddress: more.includes('address'),
	};
}

/** A covering array: each two choices come together in one of the forms. The last one is about addresses alone. */
export const FORMS: readonly Form[] = [
	form('loop', 'ladder', 'inline', 'pin'),
	form('loop', 'nested', 'helper', 'get'),
	form('bulk', 'ladder', 'helper', 'get'),
	form('bulk', 'nested', 'inline', 'get'),
	form('bulk', 'nested', 'helper', 'pin'),
	form('bulk', 'ladder', 'inline', 'pin', 'address'),
];
