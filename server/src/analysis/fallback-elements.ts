/** Elements of an array of pinned pages that a fallback filled with a page of its own, which it holds by a plain reference. */
import { REFCOUNT_INCREMENTS } from '../kernel/function-models.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { callsByBlock } from './call-blocks.js';
import type { ApiCall, FileContext } from './context.js';
import { holderPlace } from './holders.js';
import { bound } from './ownership/loops.js';
import { canonicalText } from './path-conditions.js';
import { assignedBy, bare, everywhere, place, roots } from './walk.js';

export interface FallbackRelease {
	/** The release of the array as pins. */
	readonly release: CallExpr;
	/** "pages" */
	readonly place: string;
	/** The call that pins the others. */
	readonly pin: ApiCall;
	/** The get_page() of the element. */
	readonly reference: CallExpr;
}

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** Of these, those that pin. */
const ADDS_PIN = /_add_pins?$/;

interface Fill {
	readonly place: string;
	readonly reference: CallExpr;
	readonly block: number;
}

/** As text where it is a place or an element by a plain index; unlike any other where it is not. */
function textOf(expr: Expr): string {
	const at = bare(expr);
	const index = at.kind === 'index' ? (canonicalText(at.index) ?? place(at.index)) : undefined;
	if (at.kind === 'index' && index !== undefined) return `${place(at.object) ?? `@${at.start}`}[${index}]`;
	return at.kind === 'index' ? `@${at.start}` : (canonicalText(at) ?? `@${at.start}`);
}

/** Stores into elements of `name` of pages that get_page() is called on in the same block, before or after. */
function fillsOf(fn: FunctionIR, names: ReadonlySet<string>): readonly Fill[] {
	return fn.blocks.flatMap(({ id, steps }) =>
		steps.flatMap((step) =>
			roots(step).flatMap((root): Fill[] => {
				const at = bare(root);
				const left = at.kind === 'assign' && at.op === '=' ? bare(at.left) : undefined;
				if (at.kind !== 'assign' || left?.kind !== 'index') return [];
				const into = holderPlace(left, NO_ALIASES);
				if (into === undefined || !names.has(into)) return [];
				const same = new Set([textOf(left), textOf(at.right)]);
				const reference = fn.calls.find(
					(call) =>
						REFCOUNT_INCREMENTS.has(call.name) &&
						!ADDS_PIN.test(call.name) &&
						call.args[0] !== undefined &&
						same.has(textOf(call.args[0])) &&
						callsByBlock(fn).ofCall(call).includes(id),
				);
				return reference ? [{ place: into, reference, block: id }] : [];
			}),
		),
	);
}

/** Blocks that control comes to from `start`. */
function reachedFrom(fn: FunctionIR, start: number): ReadonlySet<number> {
	const seen = new Set([start]);
	for (const id of seen) for (const next of fn.blocks[id]?.successors ?? []) seen.add(next);
	fn.effort.spend(seen.size);
	return seen;
}

/** The release covers what the pinning call obtained and nothing behind it: its result counts, as it came. */
function coversPinsAlone(fn: FunctionIR, file: FileContext, release: CallExpr, results: ReadonlySet<string>): boolean {
	const count = file.apiCall(release)?.arg('count');
	const name = count && place(count);
	if (name !== undefined) return results.has(name);
	const loop = fn.loops.findLast(({ start, end }) => start <= release.start && release.start < end);
	const limit = loop && bound(loop);
	const test = loop?.test && bare(loop.test);
	if (test?.kind === 'binary' && bare(test.right).kind === 'number') return false;
	// a loop of another form may go through any of them
	return loop !== undefined && (limit === undefined || results.has(limit));
}

/** Variables that have the result of a pinning call and are never changed. */
function resultsOf(fn: FunctionIR, pins: readonly ApiCall[]): ReadonlySet<string> {
	const calls = new Set(pins.map(({ call }) => call as Expr));
	const results = new Set<string>();
	const changed = new Set<string>();
	const note = (name: string | undefined, value: Expr | undefined): void => {
		if (name !== undefined && value) (calls.has(bare(value)) ? results : changed).add(name);
	};
	for (const { steps } of fn.blocks)
		for (const step of steps) if (step.kind === 'declare') note(step.variable.name, step.init);
	everywhere(fn, (expr) => {
		const left = assignedBy(expr);
		if (left) note(place(left), expr.kind === 'assign' && expr.op === '=' ? expr.right : left);
	});
	return new Set([...results].filter((name) => !changed.has(name)));
}

/** Releases of `fn` that unpin such elements with the rest of their array. */
export function fallbackReleases(file: FileContext, fn: FunctionIR): readonly FallbackRelease[] {
	if (!fn.hasNoSyntaxErrors || !fn.calls.some(({ name }) => REFCOUNT_INCREMENTS.has(name) && !ADDS_PIN.test(name)))
		return [];
	const calls = file.callsOf(fn);
	const pins = calls.filter(({ api, arg }) => api.record.group === 'pin' && arg('pages'));
	const placeOf = (expr: Expr | undefined): string | undefined => expr && holderPlace(expr, NO_ALIASES);
	const names = new Set(pins.flatMap(({ arg }) => placeOf(arg('pages')) ?? []));
	const releases = calls.filter(({ api }) => api.record.group === 'release');
	const results = resultsOf(fn, pins);
	return fillsOf(fn, names).flatMap((fill): FallbackRelease[] => {
		const after = reachedFrom(fn, fill.block);
		const ofPlace = releases.filter(({ call }) => placeOf(call.args[0]) === fill.place);
		// some of the elements are put: those may be the ones
		if (ofPlace.some(({ api }) => api.record.takes === 'reference')) return [];
		const pin = pins.find(({ arg }) => placeOf(arg('pages')) === fill.place);
		return ofPlace.flatMap(({ call, api }) => {
			const isAfter = callsByBlock(fn)
				.ofCall(call)
				.some((block) => after.has(block));
			if (!pin || !isAfter || api.record.takes !== 'pin' || coversPinsAlone(fn, file, call, results)) return [];
			return [{ release: call, place: fill.place, pin, reference: fill.reference }];
		});
	});
}
