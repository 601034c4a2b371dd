/** What is known of one site, for the policies to weigh. */

import { isAdopted } from '../analysis/adopted.js';
import type { ApiCall, FileContext } from '../analysis/context.js';
import { type Use, type UseKind, type Uses, usesOf } from '../analysis/derived-values/index.js';
import { iteratorKind } from '../analysis/iterator-kind.js';
import { kernelBacked } from '../analysis/iterators.js';
import { bare, isNull } from '../analysis/walk.js';
import { readsOnly } from '../kernel/function-models.js';
import { keepsNothing, looksAtPage } from '../kernel/sinks/index.js';
import type { ApiRecord } from '../kernel/types.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';
import { memoize } from '../syntax/memoize.js';
import { isAudited } from './audited.js';
import { toldOf } from './notified.js';
import type { Evidence, Target } from './site.js';

/** Functions whose callers decide what becomes of the pages. */
const IMPLEMENTED = /^(?:get|pin)_user_page|^iov_iter_(?:get|extract)_pages/;

export interface Facts {
	readonly record: ApiRecord;
	readonly uses: Uses;
	/** Core code in the sense of the audit. */
	readonly core: boolean;
	/** Memory management. */
	readonly inMm: boolean;
	/** The file declares or implements the family. */
	readonly isFamily: boolean;
	/** NULL is passed for the pages. */
	readonly isNullPages: boolean;
	/** FOLL_LONGTERM is among the flags, whatever the path. */
	readonly isLongTerm: boolean;
	/** One page is asked for. */
	readonly takesOne: boolean;
	/** Where whoever uses the pages is told of changes of the page tables. */
	readonly told: Evidence | undefined;
	/** Nothing reads, writes, keeps or passes on the pages. */
	readonly isUntouched: boolean;
	/** Every release stands in the function that takes, nothing is held when it returns, and nobody else is called meanwhile. */
	readonly isGivenBackHere: boolean;
	/** All that is seen of the pages is that they are left to callers. */
	readonly isForOthers: boolean;
	/** What made the iterator one over kernel memory. */
	readonly kernelBacked: Evidence | undefined;
	/** Where the references go to another owner; users of a field give away further ones. */
	readonly moved: readonly Evidence[];
	/** Uses that outlive the call without a bound. */
	readonly lasting: readonly Evidence[];
	/** Where their physical address is put into an object, or passed on. */
	readonly addressed: readonly Evidence[];
	/** The page is used only where it was found to be the driver's own. */
	readonly adopted: boolean;
	/** What a conversion would call. */
	readonly target: Target;
	/** Every use, as evidence. */
	readonly all: readonly Evidence[];
	/** Uses of these kinds, as evidence. */
	of(...kinds: readonly UseKind[]): readonly Evidence[];
	/** A statement about the call itself: "pins the pages". */
	here(text: string): Evidence;
}

const TOUCHING: readonly UseKind[] = [
	'device',
	'kept',
	'stored',
	'registered',
	'write',
	'read',
	'moved',
	'returned',
	'handed',
	'listed',
];

/** One page, by the number asked for or by the function itself. */
function isSingle({ api, arg }: ApiCall): boolean {
	if (/^(?:page-|bool)/.test(api.record.meaning)) return true;
	const count = arg('count');
	const at = count && bare(count);
	return at?.kind === 'number' && at.value === 1;
}

const lastLoudCalls = memoize((_: FileContext) => new Map<FunctionIR, number>());

/** Where the last call starts that could do something with pages it is not given; -1 where there is none. */
function lastLoudCall(file: FileContext, fn: FunctionIR): number {
	const known = lastLoudCalls(file);
	let last = known.get(fn);
	if (last === undefined) {
		const isQuiet = ({ name }: CallExpr): boolean =>
			readsOnly(name) || keepsNothing(name) || looksAtPage(name) || file.kernel.api(name)?.record.group === 'release';
		last = fn.calls.reduce((latest, call) => (isQuiet(call) ? latest : Math.max(latest, call.start)), -1);
		known.set(fn, last);
	}
	return last;
}

/** Nothing that is called after the taking could do something with the pages by another way. */
function isQuietAfter(file: FileContext, { fn, call }: ApiCall): boolean {
	return fn !== undefined && lastLoudCall(file, fn) <= call.start;
}

/** The file defines a function that takes user pages for anybody, or declares the family. */
const isFamily = memoize((file: FileContext): boolean => {
	if (/(?:^|\/)include\/linux\//.test(file.path)) return true;
	return [...file.ir.defined].some(
		(name) => IMPLEMENTED.test(name) && isAudited(name) && file.ir.lookup(name)?.isStatic === false,
	);
});

/** What made the iterator of a call one over kernel memory, where every path shows it. */
function overKernelMemory(file: FileContext, call: ApiCall): Evidence | undefined {
	const { fn } = call;
	const iter = call.arg('iter');
	if (!fn || !iter || call.api.record.group !== 'iov-iter') return undefined;
	const made = kernelBacked(fn, call);
	if (made) return { ...made.nameRange, text: `${made.name}() makes the iterator kernel-backed` };
	if (!fn.hasNoSyntaxErrors || iteratorKind(file, fn, call.call, iter) !== 'kernel') return undefined;
	return { start: iter.start, end: iter.end, text: 'the iterator is over kernel memory' };
}

/** The pages are left to callers, and nothing else is done with them on the way. */
function isForOthers({ uses }: Uses): boolean {
	const kinds = new Set(uses.filter(({ byField }) => !byField).map(({ kind }) => kind));
	return (
		(kinds.has('stored') || kinds.has('returned')) &&
		!['page-only', 'handed', 'released'].some((kind) => kinds.has(kind as UseKind))
	);
}

/** What stays in an object after the call. */
function isLasting(use: Use): boolean {
	if (use.kind === 'kept') return use.mapped === true || use.life === 'object' || use.life === 'global';
	if (use.kind === 'registered') return true;
	return use.kind === 'stored' && (use.life === 'object' || use.life === 'global') && use.address !== true;
}

function isAddressed({ kind, address, life }: Use): boolean {
	return address === true && (kind === 'handed' || (kind === 'stored' && life === 'object'));
}

export function factsOf(file: FileContext, call: ApiCall): Facts {
	const { record } = call.api;
	const { nameRange } = call.call;
	const uses = usesOf(file, call);
	const pages = call.arg('pages');
	const evidence = (use: Use): Evidence => ({
		start: use.start,
		end: use.end,
		text: use.function === call.fn?.name ? use.text : `${use.text} (in ${use.function}())`,
	});
	const of = (...kinds: readonly UseKind[]): Evidence[] =>
		uses.uses.filter((use) => kinds.includes(use.kind)).map(evidence);
	const lasting = uses.uses.filter(isLasting).map(evidence);
	const told = toldOf(file, call, uses, lasting.length + of('device', 'write', 'stored').length > 0);
	const releases = uses.uses.filter(({ kind }) => kind === 'released');
	return {
		record,
		uses,
		core: uses.core,
		inMm: file.area === 'mm',
		isFamily: isFamily(file),
		// where the prototype is another kernel's, NULL may stand for something else
		isNullPages: pages !== undefined && isNull(pages) && call.shape === call.api.signature,
		isLongTerm: call.flags?.every(({ bits }) => bits.has('FOLL_LONGTERM')) ?? false,
		takesOne: isSingle(call),
		adopted: isAdopted(file, call),
		told: told && {
			start: told.start,
			end: told.end,
			text: 'an MMU notifier keeps its users in sync with the page tables',
		},
		isUntouched: of(...TOUCHING).length === 0,
		isGivenBackHere:
			uses.transient &&
			releases.length > 0 &&
			releases.every((use) => use.function === call.fn?.name) &&
			isQuietAfter(file, call),
		isForOthers: isForOthers(uses),
		kernelBacked: overKernelMemory(file, call),
		moved: uses.uses.filter(({ kind, byField }) => kind === 'moved' && !byField).map(evidence),
		addressed: uses.uses.filter(isAddressed).map(evidence),
		lasting,
		target: record.group === 'iov-iter' ? 'iov_iter_extract_pages' : 'pin_user_pages',
		all: uses.uses.map(evidence),
		of,
		here: (text) => ({ start: nameRange.start, end: nameRange.end, text: `${call.call.name}() ${text}` }),
	};
}
