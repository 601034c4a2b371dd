/** Pages that are written and that nothing marks dirty: their releases do, where it is shown under which condition, and that they may. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { usesOf } from '../analysis/derived-values/index.js';
import { isLocal, isParameter, shadowedNames } from '../analysis/variables.js';
import { bare, everywhere, modifiedBy, place, postorder, rootOf } from '../analysis/walk.js';
import { belongsTo, reachedIn } from '../rules/dirty-missing.js';
import type { Expr, FunctionIR, Range } from '../syntax/ir.js';
import { isNeverDirtied } from './account.js';
import type { ConversionScope } from './conversion-scope.js';
import type { PageCall } from './page-calls.js';
import { mayLockPage } from './rewrite-releases.js';
import { jumpsBackOver } from './statements.js';

/** UTF-16 units of a condition that is written once more. */
const LONGEST = 60;

/**
 * The releases, those of written pages with the condition under which they are written.
 * @returns undefined where the pages are marked already, are not written, or it is not shown for each release when to mark them
 */
export function withMarks(file: FileContext, handling: ConversionScope): readonly PageCall[] | undefined {
	const { releases, takings } = handling;
	if (!isNeverDirtied(file, takings)) return undefined;
	const marked = releases.map((release): PageCall | undefined => {
		if (takings.every((taking) => isBeforeUses(file, taking, release))) return release;
		const dirty = conditionAt(file, takings, release);
		const isShown = dirty !== undefined && release.call.name === 'put_page';
		return isShown && mayLockPage(file, release.fn, release.call) ? { ...release, dirty } : undefined;
	});
	const all = marked.filter((one) => one !== undefined);
	return all.length === releases.length && all.some(({ dirty }) => dirty !== undefined) ? all : undefined;
}

/** The error path on which nothing has written the pages yet. */
function isBeforeUses(file: FileContext, taking: ApiCall, { fn, call }: PageCall): boolean {
	if (!taking.fn || !belongsTo(file, fn, taking.fn)) return false;
	return !reachedIn(file, { uses: usesOf(file, taking) }, fn).some((start) => start < call.start);
}

function conditionAt(file: FileContext, takings: readonly ApiCall[], release: PageCall): string | undefined {
	if (takings.every(({ flags }) => flags?.every(({ bits }) => bits.has('FOLL_WRITE')))) return 'true';
	const [taking, other] = takings;
	const flags = taking?.arg('flags');
	const fn = taking?.fn;
	// where the flags are not at hand, nothing says when they were set
	if (!taking || other || !flags || !fn || fn !== release.fn) return undefined;
	const at = bare(flags);
	if (at.kind !== 'conditional' || !at.whenTrue) return undefined;
	if (!names(at.whenTrue, 'FOLL_WRITE') || names(at.whenFalse, 'FOLL_WRITE')) return undefined;
	const text = file.slice(at.test);
	const isPlain = !/[(\n]/.test(text) && text.length <= LONGEST && !/(?<![=!<>])=(?!=)|\+\+|--|->|\*/.test(text);
	return isPlain && taking.call.end < release.call.start && !mayChange(file, fn, at.test, taking.call)
		? text
		: undefined;
}

function names(expr: Expr, name: string): boolean {
	let found = false;
	postorder(expr, (part) => {
		found ||= part.kind === 'name' && part.name === name;
	});
	return found;
}

/** A place of the condition may have another value at a release than it had when the pages were taken. */
function mayChange(file: FileContext, fn: FunctionIR, test: Expr, taken: Range): boolean {
	const places: string[] = [];
	postorder(test, (part) => {
		const own = part.kind === 'name' || part.kind === 'field' ? place(part) : undefined;
		if (own !== undefined) places.push(own);
	});
	// somebody else may set what is not the function's own, and another variable may have the same name
	const isOwn = (name: string): boolean => (isLocal(fn, name) || isParameter(fn, name)) && !shadowedNames(fn).has(name);
	const whole = places.filter((own) => !places.some((other) => other.startsWith(`${own}.`)));
	if (whole.length === 0 || !whole.every((own) => isOwn(rootOf(own)) || isConstant(own))) return true;
	if (jumpsBackOver(file.text, fn, taken.start)) return true;
	const meets = (target: string): boolean =>
		whole.some((own) => own === target || own.startsWith(`${target}.`) || target.startsWith(`${own}.`));
	// pages of an earlier pass may wait for the same release
	const from = Math.min(taken.end, ...fn.loops.filter((loop) => holds(loop, taken)).map(({ start }) => start));
	let changes = false;
	everywhere(fn, (part) => {
		if (part.end <= from) return;
		const target = modifiedBy(part);
		const named = target && place(target);
		changes ||= named !== undefined && meets(named);
	});
	return changes;
}

function holds(outer: Range, inner: Range): boolean {
	return outer.start <= inner.start && inner.end <= outer.end;
}

/** An enumerator or a macro. */
function isConstant(name: string): boolean {
	return /^[A-Z][A-Z\d_]*$/.test(name);
}
