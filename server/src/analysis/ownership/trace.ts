/** What a path came past, as events: words are made of them where somebody reads (`describe`), and nothing else reads words. */
import type { Range } from '../../syntax/ir.js';
import type { Held } from '../holders.js';

export type TraceEvent =
	/** A test that went one way. */
	| { readonly kind: 'branch'; readonly truth: boolean }
	/** Pages acquired into a place, by the API itself. */
	| { readonly kind: 'acquired'; readonly as: Held; readonly place: string; readonly callee: string }
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

const ACQUIRED: Readonly<Record<string, string>> = {
	pin: 'pinned',
	extracted: 'extracted',
	reference: 'referenced',
	region: 'pinned',
	iova: 'pinned',
};

/** "pinned", "referenced", "extracted" */
export function acquiredWord(kind: string): string {
	return ACQUIRED[kind] ?? 'acquired';
}

const INVERSE: Readonly<Record<string, string>> = {
	'==': '!=',
	'!=': '==',
	'<': '>=',
	'>=': '<',
	'>': '<=',
	'<=': '>',
};

/** `a < b` without another operator beside the comparison: what is in brackets does not count. */
const COMPARISON = /^([^<>=!&|?:]+) (==|!=|<=?|>=?) ([^<>=!&|?:]+)$/;

function comparisonOf(text: string): readonly [left: string, op: string, right: string] | undefined {
	if (text.includes('#')) return undefined;
	const kept: string[] = [];
	const hide = (part: string): string => `#${kept.push(part) - 1}#`;
	let hidden = text.replaceAll('->', hide('->'));
	for (let inner = ''; inner !== hidden; ) {
		inner = hidden;
		hidden = hidden.replace(/\([^()]*\)|\[[^[\]]*\]/g, hide);
	}
	const found = COMPARISON.exec(hidden);
	if (!found) return undefined;
	let shown: readonly string[] = found;
	while (shown.some((part) => part.includes('#')))
		shown = shown.map((part) => part.replace(/#(\d+)#/g, (_, i) => kept[Number(i)] ?? ''));
	return [shown[1] ?? '', shown[2] ?? '', shown[3] ?? ''];
}

/** A test and its outcome as clang words it: "assuming 'got >= nr'", "assuming 'ret' is non-zero". */
export function assumption(source: string, truth: boolean): string {
	const text = source.replace(/\s+/g, ' ').trim();
	const [left, op, right] = comparisonOf(text) ?? [];
	if (op !== undefined) return `assuming '${left} ${truth ? op : INVERSE[op]} ${right}'`;
	const plain = /^(!?)((?:\w|->|\.|\[\w+\])+)$/.exec(text);
	if (plain) return `assuming '${plain[2]}' is ${truth === (plain[1] === '') ? 'non-zero' : 'zero'}`;
	return `assuming '${text}' is ${truth ? 'true' : 'false'}`;
}

/** An event in words; the outcome of a test is worded with its source text. */
export function describe(event: TraceEvent): string {
	switch (event.kind) {
		case 'branch':
			return event.truth ? 'true' : 'false';
		case 'acquired':
			return `${event.place}: ${acquiredWord(event.as)} by ${event.callee}()`;
		case 'none':
			return 'no pages obtained';
		case 'partial':
			return 'short return: fewer pages than requested';
		case 'released':
			return `${event.place}: released by ${event.callee}()`;
		case 'listed':
			return `${event.place}: added to ${event.list}${event.callee && ` by ${event.callee}()`}`;
		default:
			return `${event.place}: passed to ${event.callee ? `${event.callee}()` : 'a callback'}`;
	}
}
