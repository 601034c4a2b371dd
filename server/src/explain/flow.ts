/** The paths of pages in words. */

import type { ExitDisposition } from '../analysis/ownership/exit-disposition.js';
import { withoutGhostMark } from '../analysis/ownership/ghost-names.js';
import type { Flow, FlowLifecycle, FlowStep, Snapshot } from '../analysis/ownership/presentation.js';
import { acquiredWord, assumption } from '../analysis/ownership/trace.js';
import { list } from './prose.js';

/** A place as a kernel developer writes it. */
export function placeWord(place: string): string {
	return withoutGhostMark(place).replaceAll('[]', '[i]');
}

function callee(name: string): string {
	return name === '' ? 'a callback' : `${name}()`;
}

const WRONG: Readonly<Record<Extract<ExitDisposition, { kind: 'wrong' }>['how'], string>> = {
	double: 'RELEASED TWICE',
	short: 'RELEASES TOO MANY: the number requested after a short return',
	failed: 'RELEASES TOO MANY: no pages obtained',
	negative: 'RELEASES A NEGATIVE COUNT',
	unoffset: 'RELEASES TOO FEW: bytes / PAGE_SIZE ignores the offset into the first page',
};

const ENDINGS: Readonly<Record<Exclude<ExitDisposition['kind'], 'handed' | 'kept' | 'wrong'>, string>> = {
	released: 'released',
	partlyReleased: 'partially released, or count not tracked',
	returned: 'returned to the caller',
	none: 'no pages obtained',
	left: 'LEAKED',
	'short-left': 'LEAKED, after a short return',
	shared: 'further references exist, not tracked',
	unpinned: 'not pinned: only pages of user-backed iterators are',
	lost: 'not tracked: the pointer was overwritten',
};

/** The ending is what a finding is about. */
export function isWrong({ kind }: ExitDisposition): boolean {
	return kind === 'left' || kind === 'short-left' || kind === 'wrong';
}

/** How the pages fare in the end: "released", "kept in umem->pgs", "LEAKED". */
export function endingWords(ending: ExitDisposition): string {
	switch (ending.kind) {
		case 'handed':
			return ending.callee === undefined ? 'ownership transferred' : `passed to ${callee(ending.callee)}`;
		case 'kept':
			return `${ending.byCaller ? 'returned to the caller' : 'stored'} in ${placeWord(ending.place)}`;
		case 'wrong':
			return `${WRONG[ending.how]}, by ${callee(ending.callee)}`;
		default:
			return ENDINGS[ending.kind];
	}
}

const OUTCOMES: Readonly<Record<Snapshot['outcome'], string>> = {
	untested: 'held; count not checked yet',
	some: 'held, at least one page',
	partial: 'held, short return',
	all: 'held, all pages requested',
	none: 'no pages obtained',
};

/** The same for one page. */
const ONE: Readonly<Record<Snapshot['outcome'], string>> = {
	untested: 'held; result not checked yet',
	some: 'held',
	partial: 'held',
	all: 'held',
	none: 'no pages obtained',
};

const STATUSES: Readonly<Record<Exclude<Snapshot['status'], 'held'>, string>> = {
	partlyReleased: 'partially released or transferred',
	released: 'released',
	escaped: 'ownership transferred',
};

/** What is known of the pages at a place of a path. */
export function stateWords(state: Snapshot | undefined): string {
	if (!state) return 'no longer tracked: the pointer was overwritten';
	if (state.outcome === 'none') return OUTCOMES.none;
	const words = [state.status === 'held' ? (state.one ? ONE : OUTCOMES)[state.outcome] : STATUSES[state.status]];
	if (state.earlier) words.push('with pages of an earlier iteration');
	if (state.spared !== undefined) words.push(`not released by ${callee(state.spared)}`);
	if (state.shared) words.push('further references exist');
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
	switch (step.kind) {
		case 'branch':
			return { what: assumption(text, step.truth === true), state };
		case 'pass':
			return { what: step.truth ? 'entering the loop body' : 'leaving the loop', state };
		case 'jump':
			return { what: 'continues here', state };
		case 'step':
			return {
				what:
					step.takes && step.state
						? `acquired here into ${placeWord(step.state.place)}`
						: step.release === undefined
							? undefined
							: callee(step.release),
				state: state && before && step.state && before.place !== step.state.place ? moved(step.state, state) : state,
			};
	}
}

function moved({ place }: Snapshot, state: string): string {
	return `${state}, now in ${placeWord(place)}`;
}

/** "pages pinned by pin_user_pages_fast() in foo(), into umem->pgs, nr requested" */
export function journeyWords(journey: FlowLifecycle): string {
	const { taking, through, place, single, asked } = journey;
	const into = place === undefined ? '' : `, into ${placeWord(place)}`;
	const number = asked === undefined || single ? '' : `, ${asked.replace(/\s+/g, ' ')} requested`;
	const by = through ? `, called by ${through.function}()` : '';
	return `${single ? 'page' : 'pages'} ${acquiredWord(journey.kind)} by ${taking.name}() in ${taking.function}()${by}${into}${number}`;
}

/** Why the paths of a taking call are not told; undefined when they are. */
export function whyNot({ function: name, place, ways, bounded, unread }: FlowLifecycle): string | undefined {
	if (unread) return `could not parse all of ${name}(): its paths are not analysed`;
	if (bounded) return `${name}() has too many paths to analyse`;
	if (place === undefined) return 'they are stored where they cannot be tracked (NULL, computed or unnamed)';
	return ways.length === 0 ? 'no return path was found after it' : undefined;
}

/** Of the paths on which the call obtained nothing. */
export function nothingTakenWords(lines: readonly number[]): string {
	const all = list(lines.map(String), 'and');
	return `paths with no pages obtained: line${lines.length > 1 ? 's' : ''} ${all}`;
}

/** What to say when there is no journey to tell. */
export function nothingWords(flow: Flow | undefined): string {
	if (!flow) return 'nothing in this file acquires or releases user pages';
	if (flow.macro) return 'the call is in a macro: its paths are not analysed';
	if (flow.unread) return `could not parse all of ${flow.function}(): its paths are not analysed`;
	return flow.function === undefined
		? 'no function and no GUP call on this line'
		: `neither this line nor ${flow.function}() acquires or releases user pages that are tracked`;
}
