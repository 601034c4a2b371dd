/** From a site whose verdict is to convert to the edits of every side, or to what blocks it. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { usesOf } from '../analysis/derived-values/index.js';
import { localOf } from '../analysis/variables.js';
import { isForLong } from '../rules/foll-get-for-dma.js';
import type { Edit } from '../rules/rule.js';
import type { FunctionIR, Range } from '../syntax/ir.js';
import { auditedCalls } from '../verdict/audited.js';
import { factsOf } from '../verdict/facts.js';
import { judge } from '../verdict/policy.js';
import { conversionAsked } from '../verdict/sites.js';
import { accountOf, type Marks } from './account.js';
import { assumptionsOf } from './assumptions.js';
import { renamedMentions, renamedString } from './comments.js';
import { type ConversionScope, conversionScopeOf } from './conversion-scope.js';
import { EXTRACT, extraction } from './extract.js';
import { hunksOf } from './hunks.js';
import { missingRelease } from './leak.js';
import { withMarks } from './missing-dirtying.js';
import { notesOf } from './notes.js';
import { at } from './page-calls.js';
import {
	type BlockerLocation,
	type Case,
	type Conversion,
	ConversionBlocked,
	type ConversionOffer,
	type FileEdit,
	type Hunk,
	type Label,
	type Refusal,
} from './plan.js';
import { counterpartOf, rewriteAcquires } from './rewrite-acquires.js';
import { rewriteReleases } from './rewrite-releases.js';
import { dropUnused } from './unused.js';

/** The edit in the file it belongs to. */
function placed(file: FileContext, { start, end, text }: Edit, label: Label): FileEdit {
	const { from, offset } = file.unit.sourceOf(start);
	return { path: from?.path, start: offset, end: offset + end - start, text, label };
}

interface Sides extends Marks {
	readonly edits: readonly FileEdit[];
	readonly hunks: readonly Hunk[];
}

/** The releases as those of pins; with the marks that were missing, where each can have its own. */
function rewrittenReleases(file: FileContext, handling: ConversionScope) {
	const wanted = withMarks(file, handling);
	const marked = wanted && rewriteReleases(file, wanted);
	if (marked?.every(({ marks }, i) => marks === true || wanted?.[i]?.dirty === undefined))
		return { rewritten: marked, marks: wanted?.find(({ dirty }) => dirty !== undefined)?.dirty };
	return { rewritten: rewriteReleases(file, handling.releases), marks: undefined };
}

/** All releasing sides, with the loop variables that nothing is left for. */
function releaseSides(file: FileContext, handling: ConversionScope): Sides {
	const { rewritten, marks } = rewrittenReleases(file, handling);
	const all = new Map(rewritten.map((one) => [one.edit.start, one]));
	const edits = [...all.values()].map(({ edit }) => edit);
	const dropped = new Map<number, { edit: Edit; hunk: Hunk }>();
	for (const { fn, index } of all.values()) {
		const edit = index === undefined ? undefined : dropUnused(file.text, fn, index, edits);
		const type = localOf(fn, index)?.type.base;
		const hunk = hunkIn(file, fn, 'declaration', `${type} ${index};`, '');
		if (edit) dropped.set(edit.start, { edit, hunk });
	}
	return {
		edits: [
			...edits.map((edit) => placed(file, edit, 'release')),
			...[...dropped.values()].map(({ edit }) => placed(file, edit, 'declaration')),
		],
		hunks: [
			...[...all.values()].map(({ fn, kind, before, after }) => hunkIn(file, fn, kind, before, after)),
			...[...dropped.values()].map(({ hunk }) => hunk),
		],
		relocks: rewritten.some(({ relocks }) => relocks),
		marks,
	};
}

/** Comments and messages that are renamed with the call. */
function mentions(file: FileContext, handling: ConversionScope, api: string): Pick<Sides, 'edits' | 'hunks'> {
	const renamed = renamedMentions(file, handling, api);
	const fns = handling.takings.flatMap(({ fn }) => fn ?? []);
	return {
		edits: renamed.map((edit) => placed(file, edit, 'comment')),
		hunks: renamed.flatMap((edit) => {
			const fn = fns.find(({ body }) => body.start <= edit.start && edit.end <= body.end);
			const string = renamedString(file, edit);
			if (string && fn) return [hunkIn(file, fn, 'expression', string.before, string.after)];
			return !edit.isComment && fn ? [hunkIn(file, fn, 'hand', edit.name, edit.text)] : [];
		}),
	};
}

function hunkIn(file: FileContext, fn: FunctionIR, kind: Hunk['kind'], before: string, after: string): Hunk {
	return { path: file.unit.sourceOf(fn.start).from?.path, function: fn.name, kind, before, after };
}

function unique(names: readonly string[]): string[] {
	return [...new Set(names)];
}

function caseOf(file: FileContext, takings: readonly ApiCall[]): Case {
	const kinds = new Set(takings.flatMap((taking) => usesOf(file, taking).uses.map(({ kind }) => kind)));
	const isLong = takings.some((taking) => isForLong(file, taking));
	// a list of pages is made for I/O
	if (kinds.has('device') || kinds.has('listed')) return isLong ? 2 : 1;
	// a mapping that stays is for the CPU
	const byCpu = kinds.has('kept') || kinds.has('write') || kinds.has('read');
	return isLong && !byCpu ? 2 : 5;
}

function toPin(file: FileContext, handling: ConversionScope, longterm: boolean): Conversion {
	const { takings } = handling;
	const twins = takings.map((taking) => counterpartOf(file, taking, longterm));
	const [twin] = twins;
	const unmatched = takings.find((_, i) => !twins[i]);
	if (!twin || unmatched) {
		const name = unmatched?.call.name ?? takings[0]?.call.name;
		throw new ConversionBlocked(`this kernel has no pin_user_pages*() counterpart of ${name}() with these flags`);
	}
	const sides = releaseSides(file, handling);
	const edits: FileEdit[] = [];
	const hunks: Hunk[] = [];
	takings.forEach((taking, i) => {
		const own = twins[i];
		if (!own || !taking.fn) return;
		const taken = rewriteAcquires(file, taking, own, longterm);
		edits.push(...taken.edits.map((edit) => placed(file, edit, 'take')));
		hunks.push(hunkIn(file, taking.fn, 'expression', taken.before, taken.after));
	});
	const api = twin.api.name;
	const words = mentions(file, handling, api);
	edits.push(...sides.edits, ...words.edits);
	return {
		title: `Convert to ${api}()${longterm ? ' with FOLL_LONGTERM' : ''}`,
		api,
		former: unique(takings.map(({ call }) => call.name)),
		takers: unique(takings.flatMap(({ fn }) => fn?.name ?? [])),
		releasers: unique(handling.releases.map(({ fn }) => fn.name)),
		case: caseOf(file, takings),
		longterm,
		edits,
		hunks: [...hunks, ...sides.hunks, ...words.hunks],
		account: accountOf(file, handling, sides),
		notes: notesOf(file, handling, edits, longterm),
		assumptions: assumptionsOf(file, handling),
	};
}

function toExtraction(file: FileContext, handling: ConversionScope): Conversion {
	const { takings, releases } = handling;
	const { take, flag, release } = extraction(file, handling);
	const words = mentions(file, handling, EXTRACT);
	const edits = [
		...take.map((edit) => placed(file, edit, 'take')),
		...flag.map((edit) => placed(file, edit, 'flag')),
		...release.map((edit) => placed(file, edit, 'release')),
		...words.edits,
	];
	return {
		title: `Convert to ${EXTRACT}()`,
		api: EXTRACT,
		former: unique(takings.map(({ call }) => call.name)),
		takers: unique(takings.flatMap(({ fn }) => fn?.name ?? [])),
		releasers: unique(releases.map(({ fn }) => fn.name)),
		case: caseOf(file, takings),
		longterm: false,
		edits,
		hunks: [...hunksOf(file, [...take, ...flag, ...release]), ...words.hunks],
		account: accountOf(file, handling, { relocks: false, marks: undefined }),
		notes: notesOf(file, handling, edits, false),
		assumptions: assumptionsOf(file, handling),
	};
}

/** Conversions of the sites of one handling, the recommended one first. */
export function conversions(file: FileContext, handling: ConversionScope): Conversion[] {
	if (handling.takings[0]?.api.record.group === 'iov-iter') return [toExtraction(file, handling)];
	const long = handling.takings.some((taking) => isForLong(file, taking));
	if (!long) return [toPin(file, handling, false)];
	const possible = handling.takings.every((taking) => counterpartOf(file, taking, true));
	return [...(possible ? [toPin(file, handling, true)] : []), toPin(file, handling, false)];
}

function refusal(file: FileContext, { message, places }: ConversionBlocked): Refusal {
	return {
		reason: message,
		places: places.map((spot) => located(file, spot)),
	};
}

export function located(file: FileContext, spot: Range & { readonly message: string }): BlockerLocation {
	const place = file.unit.placeOf(spot.start);
	return place ? { ...spot, place } : spot;
}

function isRead(file: FileContext, call: ApiCall): boolean {
	const { uses, complete } = usesOf(file, call);
	const reached = uses.filter(({ kind }) => kind === 'device' || kind === 'write');
	return complete && reached.length > 0 && reached.every(({ direction }) => direction === 'to-device');
}

export function offer(file: FileContext, call: ApiCall): ConversionOffer & { readonly takings: readonly ApiCall[] } {
	const { target, evidence } = judge(factsOf(file, call));
	const isTidy = conversionAsked(file, call) === 'benefit';
	const told = {
		function: call.fn?.name ?? file.ir.around(call.call.start),
		target: target ?? 'pin_user_pages',
		why: evidence[0]?.text ?? '',
		isRead: isRead(file, call),
		isTidy,
	};
	try {
		if (call.api.record.group === 'iov-iter' && !file.kernel.api(EXTRACT)?.signature)
			throw new ConversionBlocked(
				'it needs iov_iter_extract_pages(), which was added in 6.3 and is not in this kernel',
			);
		if (call.api.record.group !== 'get' && call.api.record.group !== 'iov-iter')
			throw new ConversionBlocked(`${call.call.name}() has no pin_user_pages*() counterpart`, [
				at(call.call.nameRange, 'acquired here'),
			]);
		const handling = conversionScopeOf(file, call);
		const sites = handling.takings.map((taking): Range => at(taking.call.nameRange, ''));
		return {
			...told,
			sites,
			calls: handling.takings.map(({ call: { start, end } }) => ({ start, end })),
			takings: handling.takings,
			conversions: conversions(file, handling),
			refusal: undefined,
			missing: missingRelease(file, handling.takings),
		};
	} catch (error) {
		if (!(error instanceof ConversionBlocked)) throw error;
		return {
			...told,
			sites: [call.call.nameRange],
			calls: [{ start: call.call.start, end: call.call.end }],
			takings: [call],
			conversions: [],
			refusal: refusal(file, error),
			missing: missingRelease(file, [call]),
		};
	}
}

/** An offer for each site that is to convert; sites that only change together share one. */
export function offers(file: FileContext): ConversionOffer[] {
	const done = new Set<number>();
	return auditedCalls(file).flatMap((call) => {
		if (done.has(call.call.start) || !conversionAsked(file, call)) return [];
		const { takings, ...one } = offer(file, call);
		for (const taking of takings) done.add(taking.call.start);
		return [one];
	});
}
