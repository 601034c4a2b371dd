/** States of the walk that tells where the pages of a field are from: what it holds, and what the discriminant says. */
import { opposite, type Side } from './question.js';

/** What a place holds. `entry`: what it held when the function was entered; `mixed`: of both origins. */
export type Content = 'entry' | 'none' | 'user' | 'other' | 'mixed';
/** What a taking call came to, in the variable that has its result. */
export type Outcome = 'taken' | 'none' | 'error';

export interface OriginState {
	readonly content: Content;
	readonly side: Side | 'entry' | 'unknown';
	/** Contents of local pages and arrays. */
	readonly locals: ReadonlyMap<string, Content>;
	/** By the variable; under "": of the last taking call. */
	readonly results: ReadonlyMap<string, Outcome>;
}

/** Alternatives by their text. */
export type OriginStates = ReadonlyMap<string, OriginState>;

/** Nothing is known but that the field is up to date. */
export const ENTRY: OriginState = { content: 'entry', side: 'entry', locals: new Map(), results: new Map() };

/** @param isStrict user pages on the wrong side are released as others */
export function isUpToDate({ content, side }: OriginState, users: Side, isStrict: boolean): boolean {
	switch (content) {
		case 'none':
			return true;
		case 'mixed':
			return !isStrict && side === opposite(users);
		case 'other':
			return side === opposite(users);
		case 'user':
			return !isStrict || side === users;
		default:
			return side === 'entry' || (side === opposite(users) && !isStrict);
	}
}

export function local(state: OriginState, name: string, content: Content): OriginState {
	return { ...state, locals: new Map(state.locals).set(name, content) };
}

/**
 * An array with one more element.
 * @param isFirst the function fills it from its start
 */
export function added(held: Content, stored: Content, isFirst: boolean): Content {
	if (stored === 'none' || held === stored) return held;
	return held === 'none' || (held === 'entry' && isFirst) ? stored : 'mixed';
}

export function result(state: OriginState, name: string, outcome: Outcome | undefined): OriginState {
	if (state.results.get(name) === outcome) return state;
	const results = new Map(state.results);
	if (outcome) results.set(name, outcome);
	else results.delete(name);
	return { ...state, results };
}

export function textOf({ content, side, locals, results }: OriginState): string {
	if (content === 'entry' && side === 'entry' && locals.size === 0 && results.size === 0) return '';
	return [content, side, ...[...locals, ...results].map(([name, held]) => `${name}=${held}`).sort()].join(' ');
}
