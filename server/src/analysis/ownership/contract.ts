/** Pages that a function puts into a place which others know: where it fails, do they know that it has them? */
import type { FunctionIR } from '../../syntax/ir.js';
import { rootOf } from '../walk.js';
import type { Exit } from './function-walk.js';
import { NEG, type OwnershipState, POS, type TrackedResource, ZERO } from './state.js';

/** A value with these signs that the function returns says that it failed. */
export function fails(fn: FunctionIR, signs: number): boolean {
	const { base, pointers } = fn.returnType;
	if (pointers > 0) return !(signs & POS);
	return base !== 'void' && base !== 'bool' && signs !== 0 && !(signs & (ZERO | POS)) && (signs & NEG) !== 0;
}

/** The same of an exit, with what a function that is not known returned: an errno where it is not 0; and with false. */
export function isFailure(fn: FunctionIR, { signs, isForwarded }: Exit): boolean {
	if (fn.returnType.base === 'bool') return signs === ZERO;
	return fails(fn, isForwarded && fn.returnType.pointers === 0 ? signs & ~POS : signs);
}

/** A number in an object of the caller was computed with the result: it says how many there are. */
function isTold({ values }: OwnershipState, { id }: TrackedResource): boolean {
	for (const [place, { result, signs }] of values)
		if (result === id && signs !== ZERO && (place.includes('->') || place.endsWith('[]'))) return true;
	return false;
}

/** What the exits of one function say of pages it puts into places of its caller or of an object. */
export class CallerContract {
	private readonly fn: FunctionIR;
	private readonly exits: readonly Exit[];
	private readonly transient = new Map<string, boolean>();

	constructor(fn: FunctionIR, exits: readonly Exit[]) {
		this.fn = fn;
		this.exits = exits;
	}

	/** The function fails with pages in a place of the caller, and nothing tells the caller of them. */
	isBroken(exit: Exit, holding: TrackedResource): boolean {
		if (!fails(this.fn, exit.signs)) return false;
		return this.isBeyondCount(holding) || (this.isTransient(holding.id) && !isTold(exit.state, holding));
	}

	/** The resource at each exit that does not fail. */
	private onSuccess(id: string): TrackedResource[] {
		return this.exits.flatMap((exit) => (fails(this.fn, exit.signs) ? [] : (exit.state.holdings.get(id) ?? [])));
	}

	/** The function is done with the pages itself where it succeeds: it leaves them to nobody. */
	private isTransient(id: string): boolean {
		let known = this.transient.get(id);
		if (known === undefined) {
			const taken = this.onSuccess(id).filter(({ outcome }) => outcome !== 'none');
			known = taken.length > 0 && taken.every(({ status }) => status === 'released');
			this.transient.set(id, known);
		}
		return known;
	}

	/** `&obj->pages[obj->nr]`: they lie at the count of the object, which is moved over them where the function succeeds. */
	private isBeyondCount({ id, position }: TrackedResource): boolean {
		if (!position || position.side === 'below' || position.of === rootOf(position.of)) return false;
		return this.onSuccess(id).some(
			(other) => other.status === 'held' && other.position?.of === position.of && other.position.side === 'below',
		);
	}
}
