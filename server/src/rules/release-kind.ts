/** What pin-put-page and get-unpin-page share: releases of the other kind than the pages carry. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import { followHolders, type Held } from '../analysis/holders.js';
import type { CallExpr, FunctionIR } from '../syntax/ir.js';

export interface Mismatch {
	readonly fn: FunctionIR;
	/** The releasing call. */
	readonly release: CallExpr;
	/** The place that is released: "pages", "umem->pgs". */
	readonly place: string;
	/** The call(s) that took the pages. */
	readonly taken: readonly ApiCall[];
}

/** Releases by `released` of pages that were taken as `taken` on every path. */
export function mismatches(file: FileContext, taken: Held, released: 'reference' | 'pin'): Mismatch[] {
	const found: Mismatch[] = [];
	for (const fn of file.ir.functions) {
		const calls = file.callsOf(fn);
		if (!fn.clean || !calls.some((call) => call.api.record.takes === taken && call.api.record.group !== 'release'))
			continue;
		const releases = new Map(
			calls
				.filter((call) => call.api.record.group === 'release' && call.api.record.takes === released)
				.map((call) => [call.call, call]),
		);
		if (releases.size === 0 || calls.some((call) => !call.api.signature && call.api.record.group !== 'release'))
			continue;
		followHolders(fn, calls, (call, held) => {
			const arg = releases.has(call) ? call.args[0] : undefined;
			const at = arg && held.at(arg);
			if (!at || at.holder.shared || at.holder.kinds.size !== 1 || !at.holder.kinds.has(taken)) return;
			if (!found.some((f) => f.release === call))
				found.push({ fn, release: call, place: at.name, taken: at.holder.taken });
		});
	}
	return found;
}

/** "pin_user_pages() or pin_user_pages_fast()" */
export function takers(taken: readonly ApiCall[]): string {
	return [...new Set(taken.map((call) => `${call.call.name}()`))].join(' or ');
}
