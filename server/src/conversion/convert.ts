/** From a site whose verdict is to convert to the edits of every side, or to what blocks it. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { isForLong } from '../rules/foll-get-for-dma.js';
import type { Edit } from '../rules/rule.js';
import type { Range } from '../syntax/ir.js';
import { auditedCalls } from '../verdict/audited.js';
import { judgedVerdict } from '../verdict/sites.js';
import { claimsOf } from './claims.js';
import { notesOf } from './notes.js';
import { at, type Handling, handlingOf } from './pages.js';
import { Blocked, type Conversion, type FileEdit, type Label, type Offer, type Refusal, type Spot } from './plan.js';
import { rewriteReleases } from './release.js';
import { takingEdits, twinOf } from './taking.js';
import { dropUnused } from './unused.js';

/** The edit in the file it belongs to. */
function placed(file: FileContext, { start, end, text }: Edit, label: Label): FileEdit {
	const { from, offset } = file.unit.sourceOf(start);
	return { path: from?.path, start: offset, end: offset + end - start, text, label };
}

/** Edits of all releasing sides, with the loop variables that nothing is left for. */
function releaseEdits(file: FileContext, { releases }: Handling): FileEdit[] {
	const rewritten = rewriteReleases(file, releases);
	const edits = new Map(rewritten.map(({ edit }) => [edit.start, edit]));
	const all = [...edits.values()];
	const dropped = new Map<number, Edit>();
	for (const { fn, index } of rewritten) {
		const edit = index === undefined ? undefined : dropUnused(file.text, fn, index, all);
		if (edit) dropped.set(edit.start, edit);
	}
	return [
		...all.map((edit) => placed(file, edit, 'release')),
		...[...dropped.values()].map((edit) => placed(file, edit, 'declaration')),
	];
}

function toPin(file: FileContext, handling: Handling, longterm: boolean): Conversion {
	const { takings } = handling;
	const twins = takings.map((taking) => twinOf(file, taking, longterm));
	const [twin] = twins;
	const unmatched = takings.find((_, i) => !twins[i]);
	if (!twin || unmatched) {
		const name = unmatched?.call.name ?? takings[0]?.call.name;
		throw new Blocked(`this kernel has no function that pins what ${name}() takes with these flags`);
	}
	const taken = takings.flatMap((taking, i) => {
		const own = twins[i];
		return own ? takingEdits(file, taking, own, longterm) : [];
	});
	const edits = [...taken.map((edit) => placed(file, edit, 'take')), ...releaseEdits(file, handling)];
	const api = twin.api.name;
	return {
		title: `Convert to ${api}()${longterm ? ' with FOLL_LONGTERM' : ''}`,
		api,
		longterm,
		edits,
		notes: notesOf(file, handling, edits, longterm),
		claims: claimsOf(file, handling),
	};
}

/** Conversions of the sites of one handling, the recommended one first. */
function conversions(file: FileContext, handling: Handling): Conversion[] {
	const long = handling.takings.some((taking) => isForLong(file, taking));
	if (!long) return [toPin(file, handling, false)];
	const possible = handling.takings.every((taking) => twinOf(file, taking, true));
	return [...(possible ? [toPin(file, handling, true)] : []), toPin(file, handling, false)];
}

function refusal(file: FileContext, { message, places }: Blocked): Refusal {
	return {
		reason: message,
		places: places.map((spot): Spot => {
			const place = file.unit.placeOf(spot.start);
			return place ? { ...spot, place } : spot;
		}),
	};
}

function offer(file: FileContext, call: ApiCall): Offer & { readonly takings: readonly ApiCall[] } {
	try {
		if (call.api.record.group !== 'get')
			throw new Blocked(`${call.call.name}() is not converted by an edit yet`, [at(call.call.nameRange, 'taken here')]);
		const handling = handlingOf(file, call);
		const sites = handling.takings.map((taking): Range => at(taking.call.nameRange, ''));
		return { sites, takings: handling.takings, conversions: conversions(file, handling), refusal: undefined };
	} catch (error) {
		if (!(error instanceof Blocked)) throw error;
		return { sites: [call.call.nameRange], takings: [call], conversions: [], refusal: refusal(file, error) };
	}
}

/** An offer for each site whose verdict is to convert; sites that only change together share one. */
export function offers(file: FileContext): Offer[] {
	const done = new Set<number>();
	return auditedCalls(file).flatMap((call) => {
		if (done.has(call.call.start) || judgedVerdict(file, call) !== 'convert') return [];
		const { takings, ...one } = offer(file, call);
		for (const taking of takings) done.add(taking.call.start);
		return [one];
	});
}
