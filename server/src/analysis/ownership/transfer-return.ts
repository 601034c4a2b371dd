/** What a function gives its caller besides what it left in the caller's own places: pages it returns, numbers it writes. */
import type { Expr } from '../../syntax/ir.js';
import { filtered } from '../path-conditions.js';
import { isParameter } from '../variables.js';
import { rootOf } from '../walk.js';
import { evaluate, GIVEN } from './evaluate.js';
import type { FunctionWalk } from './function-walk.js';
import { placeOf, within } from './page-operands.js';
import { RESULT, type ReturnEffects } from './return-effects.js';
import { type OwnershipState, UNKNOWN, type Value } from './state.js';

/** A number somebody can read again, or memory that nobody else knows: a sign alone says nothing to a caller. */
function tells(value: Value): boolean {
	const isOwnMemory = value.fresh !== undefined && !value.published;
	return value.result !== undefined || value.constant !== undefined || value.copyOf !== undefined || isOwnMemory;
}

/** A copy of something the caller knows too, or of nothing. */
function outward(body: FunctionWalk, value: Value, asked: ReadonlySet<string>): Value {
	const { copyOf } = value;
	const kept = copyOf !== undefined && (asked.has(copyOf) || isParameter(body.fn, rootOf(copyOf)));
	return kept ? value : { ...value, copyOf: undefined };
}

/** `return page_to_pfn(pages[0]);` */
function carriedOut(state: OwnershipState, value: Expr | undefined): ReturnEffects['carries'] {
	const { carries, frame } = value ? evaluate(state, value) : UNKNOWN;
	return carries?.startsWith(GIVEN) ? { place: carries.slice(GIVEN.length), frame: frame === true } : undefined;
}

/**
 * What leaves the function with its return, before the value is handed on.
 * @param value the expression returned
 */
export function givenBack(body: FunctionWalk, state: OwnershipState, value: Expr | undefined): ReturnEffects {
	const { params, locals } = body.fn;
	const name = value && placeOf(state, value);
	const local = name !== undefined && locals.some((v) => v.name === rootOf(name)) && !body.shadowed.has(rootOf(name));
	const known = name === undefined ? undefined : state.values.get(name);
	const own = name?.startsWith('@') || (local && !state.values.get(rootOf(name))?.published);
	const pages =
		own && name !== undefined
			? [...state.holdings.values()].flatMap((h) =>
					h.status === 'held' && h.outcome !== 'none' && within(h.place, name)
						? [{ ...h, place: RESULT + h.place.slice(name.length) }]
						: [],
				)
			: [];
	const asked = new Set([...state.holdings.values()].flatMap((h) => h.asked ?? []));
	const values = new Map<string, Value>();
	for (const [place, worth] of state.values) {
		const at =
			own && name !== undefined && place !== name && within(place, name) ? RESULT + place.slice(name.length) : place;
		const seen = at !== place || (params.some((p) => p.name === rootOf(place)) && place !== rootOf(place));
		const told = seen ? outward(body, worth, asked) : undefined;
		if (told && tells(told)) values.set(at, told);
	}
	const released = filtered(state.released, (place) => params.some((p) => p.name === rootOf(place)));
	const fresh = own && known?.fresh ? 'filled' : undefined;
	return { pages, fresh, carries: carriedOut(state, value), values, released };
}
