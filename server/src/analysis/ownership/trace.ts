/** What a path came past, as events: words are made of them where somebody reads (`describe`), and nothing else reads words. */
import type { Range } from '../../syntax/ir.js';

export type TraceEvent =
	/** A test that went one way. */
	| { readonly kind: 'branch'; readonly truth: boolean }
	/** Pages acquired into a place, by the API itself. */
	| { readonly kind: 'acquired'; readonly place: string; readonly callee: string }
	/** The acquire is known to have given none, or fewer than asked for. */
	| { readonly kind: 'none' | 'partial' }
	| { readonly kind: 'released'; readonly place: string; readonly callee: string }
	/** Put into a scatterlist or the like; `callee` is "" for a store. */
	| { readonly kind: 'listed'; readonly place: string; readonly list: string; readonly callee: string }
	/** Passed to a function that may keep them; `callee` is "" for a call through a pointer. */
	| { readonly kind: 'escaped'; readonly place: string; readonly callee: string };

/** One step of a path, the newest first. */
export interface TraceStep extends Range {
	readonly event: TraceEvent;
	/** Resource it is about; undefined for a branch. */
	readonly about: string | undefined;
	readonly before: TraceStep | undefined;
}

/** Steps of a path in the order they were gone. */
export function traceSteps(trace: TraceStep | undefined): TraceStep[] {
	const found: TraceStep[] = [];
	for (let at = trace; at; at = at.before) found.push(at);
	return found.reverse();
}

/** The step acquires the pages of this resource. */
export function isAcquire(step: TraceStep | undefined, id: string): boolean {
	return step?.about === id && step.event.kind === 'acquired';
}

/** An event in words; what a test came out as is told beside its text. */
export function describe(event: TraceEvent): string {
	switch (event.kind) {
		case 'branch':
			return event.truth ? 'true' : 'false';
		case 'acquired':
			return `${event.place}: taken by ${event.callee}()`;
		case 'none':
			return 'nothing was taken';
		case 'partial':
			return 'fewer pages than asked for';
		case 'released':
			return `${event.place}: released by ${event.callee}()`;
		case 'listed':
			return `${event.place}: put into ${event.list}${event.callee && ` by ${event.callee}()`}`;
		default:
			return `${event.place}: handed on to ${event.callee || 'a callback'}()`;
	}
}
