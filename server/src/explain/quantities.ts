/** How many pages a path has at a place of it: as bounds for programs, in words for people. */
import type { Snapshot } from '../analysis/ownership/presentation.js';

/** Bounds of a number of pages: numbers, or as the source writes them; `null`: not known. */
export interface Quantity {
	readonly least: number | string;
	readonly most: number | string | null;
}

/** What has become of the pages of one acquiring call where a path has come to. */
export interface PagesState {
	readonly obtained: Quantity;
	/** null: some of them, it is not known how many. */
	readonly released: Quantity | null;
	/** Still held by this path; null as above. */
	readonly left: Quantity | null;
	/** Somebody else has to release them. */
	readonly transferred: boolean;
	/** "4 pinned, 2 released, 2 left" */
	readonly text: string;
}

/** Characters of a number as the source writes it that are shown. */
const LONGEST_NUMBER = 32;

const NONE: Quantity = { least: 0, most: 0 };

type Number = number | string | undefined;

/** The number asked for: a constant, or as written where that is short. */
function numberOf({ one, asked }: Snapshot, written: string | undefined): Number {
	if (one) return 1;
	if (asked !== undefined) return asked;
	const text = written?.replace(/\s+/g, ' ').trim();
	if (text === undefined || text.length > LONGEST_NUMBER) return undefined;
	return /^\d+$/.test(text) ? Number(text) : text;
}

function lessThan(number: number | string): number | string {
	if (typeof number === 'number') return number - 1;
	return /^[\w.>[\]-]+$/.test(number) ? `${number} - 1` : `(${number}) - 1`;
}

function obtainedOf(outcome: Snapshot['outcome'], number: Number): Quantity {
	const most = number ?? null;
	switch (outcome) {
		case 'none':
			return NONE;
		case 'untested':
			return { least: 0, most };
		case 'partial':
			return { least: 0, most: number === undefined ? null : lessThan(number) };
		case 'all':
			return { least: number ?? 1, most };
		default:
			return number === 1 ? { least: 1, most: 1 } : { least: 1, most };
	}
}

function isExact({ least, most }: Quantity): boolean {
	return least === most;
}

/** "4", "1 to nr", "fewer than nr" */
function obtainedWords(outcome: Snapshot['outcome'], number: Number): string {
	if (outcome === 'all') return number === undefined ? 'all pages asked for' : String(number);
	if (outcome === 'partial') return number === undefined ? 'fewer pages than asked for' : `fewer than ${number}`;
	if (outcome === 'some') return number === 1 ? '1' : number === undefined ? 'at least 1' : `1 to ${number}`;
	return number === undefined ? '0 or more' : number === 1 ? '0 or 1' : `0 to ${number}`;
}

/** Before anything is acquired. */
export function nothingYet(verb: string): PagesState {
	return { obtained: NONE, released: NONE, left: NONE, transferred: false, text: `0 ${verb}, 0 left` };
}

/**
 * What is left to say of pages that are not followed any more.
 * @param known what was last known of them
 * @param released they are known to be released all the same
 */
export function unfollowed(known: PagesState, released: boolean): PagesState {
	if (known.left?.most === 0) return known;
	if (released) return { ...known, released: known.obtained, left: NONE, text: 'all released' };
	if (known.left === null) return known;
	const text = 'no longer tracked: their place got another value';
	return { ...known, released: null, left: null, text };
}

/** The parts of a state that the status decides. */
function partsOf(
	{ status }: Snapshot,
	obtained: Quantity,
	gone: number | undefined,
): Pick<PagesState, 'released' | 'left' | 'transferred'> & { readonly words: string } {
	const { least } = obtained;
	const exact = isExact(obtained);
	switch (status) {
		case 'held':
			return { released: NONE, left: obtained, transferred: false, words: exact ? `${least} left` : 'all left' };
		case 'released': {
			const words = exact ? `${least} released, 0 left` : 'all released';
			return { released: obtained, left: NONE, transferred: false, words };
		}
		case 'escaped':
			return { released: NONE, left: NONE, transferred: true, words: 'ownership transferred' };
		default: {
			if (!exact || typeof least !== 'number' || gone === undefined || gone <= 0 || gone > least)
				return { released: null, left: null, transferred: false, words: 'some released or transferred' };
			const left = least - gone;
			return {
				released: { least: gone, most: gone },
				left: { least: left, most: left },
				transferred: false,
				words: `${gone} released, ${left} left`,
			};
		}
	}
}

/**
 * What is known of the pages at one place of a path.
 * @param verb what the call did to them: "pinned"
 * @param written number of pages asked for, as the source has it
 * @param gone number that releases of a part were told so far; undefined where that is not known
 * @returns undefined where the pages are not followed any more
 */
export function pagesState(
	snapshot: Snapshot | undefined,
	verb: string,
	written: string | undefined,
	gone: number | undefined,
): PagesState | undefined {
	if (!snapshot) return undefined;
	const { outcome, earlier, spared, shared, status } = snapshot;
	const number = numberOf(snapshot, written);
	const obtained = obtainedOf(outcome, number);
	if (outcome === 'none') return nothingYet(verb);
	const { words, ...parts } = partsOf(snapshot, obtained, gone);
	const unchecked = outcome === 'untested' && status === 'held';
	const text = [
		`${obtainedWords(outcome, number)} ${verb}`,
		unchecked ? 'not checked yet' : words,
		...(earlier ? ['and those of earlier passes'] : []),
		...(spared === undefined ? [] : [`not reached by ${spared === '' ? 'a callback' : `${spared}()`}`]),
		...(shared ? ['others hold references on them too'] : []),
	].join(', ');
	return { obtained, ...parts, text };
}
