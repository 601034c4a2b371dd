/** What the rules about a wrong release share: releases of another kind than the pages carry. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { followHolders, type Held } from '../analysis/holders.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';

export interface Mismatch {
	readonly fn: FunctionIR;
	/** The releasing call. */
	readonly release: CallExpr;
	/** The place that is released: "pages", "umem->pgs". */
	readonly place: string;
	readonly kind: Held;
	/** The call(s) that took the pages. */
	readonly taken: readonly ApiCall[];
}

/** Calls that `isRelease` picks, on pages that were taken as one kind of `kinds` and nothing else on every path. */
export function releasesOf(
	file: FileContext,
	kinds: readonly Held[],
	isRelease: (call: CallExpr, api: ApiCall | undefined) => boolean,
): Mismatch[] {
	const found: Mismatch[] = [];
	for (const fn of file.ir.functions) {
		const calls = file.callsOf(fn);
		const takes = calls.filter((call) => call.api.record.group !== 'release');
		if (!fn.clean || !takes.some((call) => kinds.includes(call.api.record.takes as Held))) continue;
		const releases = new Set(fn.calls.filter((call) => isRelease(call, file.apiCall(call))));
		if (releases.size === 0 || takes.some((call) => !call.api.signature)) continue;
		followHolders(fn, calls, (call, held) => {
			const arg = releases.has(call) ? call.args[0] : undefined;
			const at = arg && held.at(arg);
			const [kind] = at?.holder.kinds ?? [];
			if (!at || !kind || at.holder.shared || at.holder.kinds.size !== 1 || !kinds.includes(kind)) return;
			if (!found.some((f) => f.release === call))
				found.push({ fn, release: call, place: at.name, kind, taken: at.holder.taken });
		});
	}
	return found;
}

/** Releases by `released` of pages that were taken as `taken` on every path. */
export function mismatches(file: FileContext, taken: Held, released: 'reference' | 'pin'): Mismatch[] {
	return releasesOf(
		file,
		[taken],
		(_, api) => api?.api.record.group === 'release' && api.api.record.takes === released,
	);
}

/** "pin_user_pages() or pin_user_pages_fast()" */
export function takers(taken: readonly ApiCall[]): string {
	return [...new Set(taken.map((call) => `${call.call.name}()`))].join(' or ');
}
