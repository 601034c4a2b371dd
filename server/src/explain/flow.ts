/** The paths of pages in words. */

import type { Ending } from '../analysis/ownership/ending.js';
import { unmarked } from '../analysis/ownership/former.js';
import type { Flow, FlowJourney, FlowStep, Snapshot } from '../analysis/ownership/reading.js';
import { list } from './prose.js';

const TAKEN: Readonly<Record<string, string>> = { pin: 'pinned', extracted: 'extracted', reference: 'referenced' };

/** "pinned", "referenced", "extracted" */
export function takenWord(kind: string): string {
	return TAKEN[kind] ?? 'taken';
}

/** A place as a kernel developer writes it. */
export function placeWord(place: string): string {
	return unmarked(place).replaceAll('[]', '[i]');
}

function callee(name: string): string {
	return name === '' ? 'a callback' : `${name}()`;
}

const WRONG: Readonly<Record<Extract<Ending, { kind: 'wrong' }>['how'], string>> = {
	double: 'RELEASED TWICE',
	short: 'RELEASES MORE THAN THERE ARE: as many as were asked for, and fewer were taken',
	failed: 'RELEASES MORE THAN THERE ARE: nothing was taken',
	negative: 'RELEASES A NEGATIVE NUMBER',
	unoffset: 'RELEASES TOO FEW: bytes / PAGE_SIZE forgets the offset in the first page',
};

const ENDINGS: Readonly<Record<Exclude<Ending['kind'], 'handed' | 'kept' | 'wrong'>, string>> = {
	released: 'released',
	part: 'given back or handed on in part, or by a number that is not followed',
	returned: 'returned to the caller',
	none: 'nothing was taken',
	left: 'LEFT BEHIND',
	'short-left': 'LEFT BEHIND, fewer than asked for',
	shared: 'somebody took further references, nothing more is said of them',
	unpinned: 'left in place: an extraction pins only the pages of a user iterator',
	lost: 'out of sight: their place got another value',
};

/** The ending is what a finding is about. */
export function isWrong({ kind }: Ending): boolean {
	return kind === 'left' || kind === 'short-left' || kind === 'wrong';
}

/** How the pages fare in the end: "released", "kept in umem->pgs", "LEFT BEHIND". */
export function endingWords(ending: Ending): string {
	switch (ending.kind) {
		case 'handed':
			return ending.callee === undefined ? 'in other hands' : `handed on to ${callee(ending.callee)}`;
		case 'kept':
			return `${ending.byCaller ? 'left to the caller' : 'kept'} in ${placeWord(ending.place)}`;
		case 'wrong':
			return `${WRONG[ending.how]}, by ${callee(ending.callee)}`;
		default:
			return ENDINGS[ending.kind];
	}
}

const OUTCOMES: Readonly<Record<Snapshot['outcome'], string>> = {
	untested: 'held, not tested yet how many there are',
	some: 'held, at least one page',
	short: 'held, fewer than asked for',
	all: 'held, all that were asked for',
	none: 'nothing was taken',
};

/** The same for one page. */
const ONE: Readonly<Record<Snapshot['outcome'], string>> = {
	untested: 'held, not tested yet whether it was taken',
	some: 'held',
	short: 'held',
	all: 'held',
	none: 'nothing was taken',
};

const STATUSES: Readonly<Record<Exclude<Snapshot['status'], 'held'>, string>> = {
	part: 'some of them given back or handed on',
	released: 'released',
	gone: 'in other hands',
};

/** What is known of the pages at a place of a path. */
export function stateWords(state: Snapshot | undefined): string {
	if (!state) return 'not followed any more: the place got another value';
	if (state.outcome === 'none') return OUTCOMES.none;
	const words = [state.status === 'held' ? (state.one ? ONE : OUTCOMES)[state.outcome] : STATUSES[state.status]];
	if (state.earlier) words.push('with pages of an earlier pass');
	if (state.spared !== undefined) words.push(`out of reach of ${callee(state.spared)}`);
	if (state.shared) words.push('somebody has further references on them');
	return words.join(', ');
}

/**
 * What one step of a path does.
 * @param before what was known of the pages ahead of it
 * @param text the step as written
 * @returns the step, and the new state when it changed something
 */
export function stepWords(
	step: FlowStep,
	before: Snapshot | undefined,
	text: string,
): { readonly what: string | undefined; readonly state: string | undefined } {
	const now = stateWords(step.state);
	const state = step.takes || step.release !== undefined || now !== stateWords(before) ? now : undefined;
	const short = text.replace(/\s+/g, ' ').trim();
	switch (step.kind) {
		case 'branch':
			return { what: `${short} is ${step.truth ? 'true' : 'false'}`, state };
		case 'pass':
			return { what: step.truth ? 'one more pass' : 'the loop is over', state };
		case 'jump':
			return { what: 'goes on here', state };
		case 'step':
			return {
				what:
					step.takes && step.state
						? `taken here into ${placeWord(step.state.place)}`
						: step.release === undefined
							? undefined
							: callee(step.release),
				state: state && before && step.state && before.place !== step.state.place ? moved(step.state, state) : state,
			};
	}
}

function moved({ place }: Snapshot, state: string): string {
	return `${state}, known as ${placeWord(place)} from here on`;
}

/** "pages pinned by pin_user_pages_fast() in foo(), into umem->pgs, nr asked for" */
export function journeyWords(journey: FlowJourney): string {
	const { taking, through, place, single, asked } = journey;
	const into = place === undefined ? '' : `, into ${placeWord(place)}`;
	const number = asked === undefined || single ? '' : `, ${asked.replace(/\s+/g, ' ')} asked for`;
	const by = through ? `, called by ${through.function}()` : '';
	return `${single ? 'page' : 'pages'} ${takenWord(journey.kind)} by ${taking.name}() in ${taking.function}()${by}${into}${number}`;
}

/** Why the paths of a taking call are not told; undefined when they are. */
export function whyNot({ function: name, place, ways, bounded, unread }: FlowJourney): string | undefined {
	if (unread) return `${name}() could not be read completely: its paths are not followed`;
	if (bounded) return `${name}() has too many paths to follow`;
	if (place === undefined) return 'their place is none that can be followed (a NULL, a computed or an unnamed one)';
	return ways.length === 0 ? 'no way out of the function was found behind it' : undefined;
}

/** Of the ways on which the call gave nothing. */
export function nothingTakenWords(lines: readonly number[]): string {
	const all = list(lines.map(String), 'and');
	return `where nothing was taken there is nothing to give back: the ${lines.length > 1 ? 'ways' : 'way'} out on line${lines.length > 1 ? 's' : ''} ${all}`;
}

/** What to say when there is no journey to tell. */
export function nothingWords(flow: Flow | undefined): string {
	if (!flow) return 'nothing in this file takes or releases user pages';
	if (flow.macro) return 'the call stands in a macro: its paths are not followed';
	if (flow.unread) return `${flow.function}() could not be read completely: its paths are not followed`;
	return flow.function === undefined
		? 'no function here, and no call that takes user pages'
		: `neither this line nor ${flow.function}() takes or releases user pages that are followed`;
}
