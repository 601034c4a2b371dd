/** Arrays of user pages that a teardown frees, while nothing in sight may release the pages. */
import { ALLOCATORS, FREES, PAGE_FREES, REFCOUNT_INCREMENTS, readsOnly } from '../kernel/function-models.js';
import {
	deviceCall,
	freesHolder,
	keepsNothing,
	listCall,
	loadsFrom,
	looksAtPage,
	namedRelease,
	storesInto,
	unmaps,
	viewOf,
} from '../kernel/sinks/index.js';
import type { CallExpr, Expr, FunctionIR } from '../syntax/ir.js';
import { memoizePairs } from '../syntax/memoize.js';
import { allCalls, callsOf } from './callers.js';
import type { ApiCall, FileContext } from './context.js';
import { typeOfExpr } from './integers.js';
import { isFailure } from './ownership/contract.js';
import { ownershipOf } from './ownership/ownership.js';
import type { TrackedResource } from './ownership/state.js';
import { levelOf } from './page-places.js';
import { isAllTaken, originOf, type PageOrigin } from './points-to-query.js';
import { isLocal, isParameter } from './variables.js';
import { bare, isNull, valuesOf } from './walk.js';

/** The pages of a call, and where the array that names them is freed. */
export interface AbandonedArray {
	readonly taken: ApiCall;
	/** As the taking function leaves them. */
	readonly holding: TrackedResource;
	readonly free: CallExpr;
	/** What it frees. */
	readonly array: Expr;
}

/** Functions that free memory and are looked at. */
const MOST_FUNCTIONS = 48;
/** Calls of calls that are followed. */
const DEEPEST = 3;
/** They give memory back that may be an array, never an object that others know. */
const ARRAY_FREES: readonly string[] = [...FREES.keys()].filter((name) => /^(?:devm_)?k?v?free/.test(name));

/** The function only runs for one that takes the pages. */
function isOfTaker(file: FileContext, fn: FunctionIR, taker: FunctionIR, depth = 0): boolean {
	if (fn.name === taker.name) return true;
	const sites = depth < DEEPEST ? allCalls(file, fn) : undefined;
	return sites !== undefined && sites.length > 0 && sites.every((site) => isOfTaker(file, site.fn, taker, depth + 1));
}

/** The function makes the object, or has the pages taken: it may free the array before any are in it, or on a failure. */
function isConstructor(file: FileContext, fn: FunctionIR, { taken }: PageOrigin): boolean {
	const takers = [...taken].flatMap((call) => call.fn ?? []);
	if (takers.some((taker) => isOfTaker(file, fn, taker))) return true;
	const names = new Set(takers.map(({ name }) => name));
	return fn.calls.some(({ name }) => ALLOCATORS.test(name) || names.has(name));
}

/**
 * The pages as the taking function leaves them to others where it succeeds; undefined where it does not, or on some paths to the
 * same return only.
 */
function left(file: FileContext, taken: ApiCall, taker: FunctionIR): TrackedResource | undefined {
	const walked = ownershipOf(file).walk(taker);
	if (walked.limitExceeded) return undefined;
	const returns = new Map<number, TrackedResource>();
	const released = new Set<number>();
	for (const exit of walked.exits) {
		if (isFailure(taker, exit)) continue;
		for (const holding of exit.state.holdings.values()) {
			const { acquire, outcome, status, kind } = holding;
			if (acquire !== taken || outcome === 'none') continue;
			if (status === 'released') released.add(exit.start);
			else if (kind !== 'extracted' && /^(?:held|escaped)$/.test(status)) returns.set(exit.start, holding);
		}
	}
	const [[at, holding] = []] = returns;
	return at === undefined || released.has(at) ? undefined : holding;
}

/** What is done with the pages or with what holds them is known, and is no release. */
function isNoRelease(file: FileContext, { name }: CallExpr): boolean {
	const group = file.kernel.api(name)?.record.group;
	if (group === 'release') return false;
	if (group !== undefined || readsOnly(name) || keepsNothing(name) || looksAtPage(name) || ALLOCATORS.test(name))
		return true;
	if (freesHolder(name) || FREES.has(name) || PAGE_FREES.has(name) || REFCOUNT_INCREMENTS.has(name)) return true;
	if (viewOf(name) || listCall(name) || deviceCall(name) || unmaps(name)) return true;
	return storesInto(name) !== undefined || loadsFrom(name) !== undefined;
}

/** A call that may release pages, or give them to somebody who does. */
interface MayRelease {
	readonly fn: FunctionIR;
	readonly call: CallExpr;
	/** It releases them then and there. */
	readonly isRelease: boolean;
	readonly origins: readonly PageOrigin[];
}

/** Functions that may get at pages in a field: those of the family, those that name it, and what these call. */
function functionsFor({ ir }: FileContext, field: string): ReadonlySet<FunctionIR> {
	const found = new Set([...ir.functions, ...ir.naming(field)]);
	let level = ir.naming(field);
	for (let depth = 0; depth < DEEPEST && found.size < MOST_FUNCTIONS; depth++) {
		level = level.flatMap((fn) => fn.calls.flatMap(({ name }) => ir.lookup(name) ?? [])).filter((fn) => !found.has(fn));
		for (const fn of level) found.add(fn);
	}
	return found;
}

/** Calls that may release pages: a release, or a function that is not seen and gets a page or an array; undefined where some cannot be read. */
const releasesOf = memoizePairs((file: FileContext, field: string): readonly MayRelease[] | undefined => {
	const functions = [...functionsFor(file, field)];
	if (functions.some((fn) => !fn.hasNoSyntaxErrors)) return undefined;
	return functions.flatMap((fn) =>
		fn.calls.flatMap((call): MayRelease[] => {
			// one of the file is judged by what it does itself
			if (file.ir.defined.has(call.name) || isNoRelease(file, call)) return [];
			const isRelease = file.kernel.api(call.name)?.record.group === 'release' || namedRelease(call.name);
			const origins = call.args.flatMap((arg) => {
				const level = levelOf(bare(arg), fn, file.ir);
				if (level === 'none' || (level === 'carrier' && !isRelease)) return [];
				const origin = originOf(file, fn, arg);
				return origin.taken.size > 0 || (isRelease && level !== 'unknown' && origin.unseen) ? [origin] : [];
			});
			return origins.length > 0 ? [{ fn, call, isRelease, origins }] : [];
		}),
	);
});

/** The taking function releases there what an earlier call of it has left. */
function isOfEarlierRun(file: FileContext, taker: FunctionIR, { fn, call }: MayRelease): boolean {
	return ownershipOf(file)
		.walk(taker)
		.events.some(
			(event) =>
				event.kind === 'field' &&
				!event.takes &&
				(event.call === call || (fn.name !== taker.name && event.call.name === fn.name)),
		);
}

function mayBeReleased(file: FileContext, taken: ApiCall, taker: FunctionIR, field: string): boolean {
	const releases = releasesOf(file, field);
	if (!releases) return true;
	return releases.some((release) => {
		if (!release.origins.some((origin) => origin.taken.has(taken) || !isAllTaken(origin))) return false;
		// what it releases itself is not what it leaves
		const isOwn = release.isRelease && isOfTaker(file, release.fn, taker);
		return !isOwn || isOfEarlierRun(file, taker, release);
	});
}

/** The object that names the array goes to a function that is not seen. */
function goesOut(file: FileContext, fn: FunctionIR, record: string, isWanted: (call: CallExpr) => boolean): boolean {
	const { ir } = file;
	return fn.calls.some(
		(call) =>
			!ir.defined.has(call.name) &&
			!isNoRelease(file, call) &&
			isWanted(call) &&
			call.args.some((arg) => {
				const type = typeOfExpr(bare(arg), fn, ir);
				return type?.base === record && type.pointers > 0;
			}),
	);
}

/** A field of an object. */
interface Field {
	readonly record: string;
	readonly name: string;
}

/** The field the array is in, or was read from; undefined for any other array, whose pages may have got into another one. */
function fieldOf(file: FileContext, fn: FunctionIR, array: Expr): Field | undefined {
	const at = bare(array);
	if (at.kind === 'field') {
		const record = typeOfExpr(at.object, fn, file.ir)?.base;
		return record === undefined ? undefined : { record, name: at.field };
	}
	if (at.kind !== 'name' || !isLocal(fn, at.name) || isParameter(fn, at.name)) return undefined;
	const [source, ...others] = valuesOf(fn, at.name).filter((value) => !isNull(value));
	return source && others.length === 0 && bare(source).kind === 'field' ? fieldOf(file, fn, source) : undefined;
}

/** The function, or one that it calls for the object, or one that calls it, may have the pages released out of sight. */
function isOpen(file: FileContext, fn: FunctionIR, { record }: Field): boolean {
	const called = fn.calls.flatMap(({ name }) => file.ir.lookup(name) ?? []);
	if ([fn, ...called].some((one) => goesOut(file, one, record, () => true))) return true;
	return callsOf(file, fn.name).some((site) =>
		goesOut(file, site.fn, record, ({ name }) => name === '' || namedRelease(name)),
	);
}

/** Arrays that are freed with their pages in them, one for each taking call. */
export function abandonedArrays(file: FileContext): AbandonedArray[] {
	const { ir } = file;
	const found = new Map<ApiCall, AbandonedArray>();
	if (ir.unread.length > 0 || !file.calls.some(({ api }) => /^(?:pin|get)$/.test(api.record.group))) return [];
	const functions = new Set(ARRAY_FREES.flatMap((name) => ir.naming(name)).slice(0, MOST_FUNCTIONS));
	for (const fn of functions) {
		if (!fn.hasNoSyntaxErrors) continue;
		for (const free of fn.calls) {
			const array = ARRAY_FREES.includes(free.name) ? free.args[FREES.get(free.name) ?? 0] : undefined;
			if (!array || !/^(?:array|unknown)$/.test(levelOf(bare(array), fn, ir))) continue;
			const origin = originOf(file, fn, array);
			const field = isAllTaken(origin) ? fieldOf(file, fn, array) : undefined;
			if (!field || isOpen(file, fn, field) || isConstructor(file, fn, origin)) continue;
			for (const taken of origin.taken) {
				const { fn: taker } = taken;
				if (found.has(taken) || !taker?.hasNoSyntaxErrors) continue;
				if (mayBeReleased(file, taken, taker, field.name)) continue;
				const holding = left(file, taken, taker);
				if (holding) found.set(taken, { taken, holding, free, array });
			}
		}
	}
	return [...found.values()];
}
