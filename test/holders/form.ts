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
}

export type Kind = 'pin' | 'get';

function form(release: 'loop' | 'bulk', cleanup: 'ladder' | 'nested', place: 'inline' | 'helper', kind: Kind): Form {
	return {
		name: [release, cleanup, place, kind].join(', '),
		isLoop: release === 'loop',
		isLadder: cleanup === 'ladder',
		hasHelpers: place === 'helper',
		kind,
	};
}

/** A covering array: each two choices come together in one of the forms. */
export const FORMS: readonly Form[] = [
	form('loop', 'ladder', 'inline', 'pin'),
	form('loop', 'nested', 'helper', 'get'),
	form('bulk', 'ladder', 'helper', 'get'),
	form('bulk', 'nested', 'inline', 'get'),
	form('bulk', 'nested', 'helper', 'pin'),
];
