/** The uses of the pages of a taking call. */
import { NOTIFIERS, TOLD } from '../../kernel/sinks/index.js';
import type { Range } from '../../syntax/ir.js';
import { memoize } from '../../syntax/memoize.js';
import type { ApiCall, FileContext } from '../context.js';
import { isCore } from './core.js';
import { namedIn, notifierUse } from './notifier.js';
import { takesPages } from './site.js';
import { type Budget, fullBudget, InterproceduralTracker } from './tracker.js';
import type { Uses } from './use.js';

export { completionOf } from './completion.js';
export type { StorageDuration, Use, UseKind, Uses } from './use.js';

interface Known {
	readonly notifier: Range | undefined;
	readonly told: Range | undefined;
	readonly calls: Map<ApiCall, Uses>;
	readonly budget: Budget;
}

const ofFile = memoize(
	({ text }: FileContext): Known => ({
		notifier: namedIn(text, NOTIFIERS),
		told: notifierUse(text, TOLD),
		calls: new Map(),
		budget: fullBudget(),
	}),
);

/** What becomes of the pages of `call`, as far as this file shows. */
export function usesOf(file: FileContext, call: ApiCall): Uses {
	const { notifier, told, calls, budget } = ofFile(file);
	const known = calls.get(call);
	if (known) return known;
	const { fn } = call;
	const core = isCore(file.path, file.area);
	const trace = new InterproceduralTracker(file, budget);
	const followed = fn?.hasNoSyntaxErrors === true && takesPages(call);
	const transient = followed ? trace.follow(call, fn) : false;
	const uses: Uses = { uses: trace.uses, transient, notifier, told, core, complete: followed && trace.complete };
	calls.set(call, uses);
	return uses;
}
