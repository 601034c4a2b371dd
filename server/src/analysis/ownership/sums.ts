/** Counts that are the sum of two takings: `ctx->nr = first + second`. */
import { canonicalText } from '../path-conditions.js';
import { parameterAt } from '../variables.js';
import type { FunctionWalk, Release } from './function-walk.js';
import { type PageOperand, pageOperandOf, placeOf } from './page-operands.js';
import type { OwnershipState, TrackedResource, Value } from './state.js';

/** A call of this function that takes pages into a part of the place. */
interface PartTaking {
	readonly call: number;
	/** Where the part begins, and how many are asked for, in the words of this function. */
	readonly from: string | undefined;
	readonly asked: string | undefined;
}

function partTakings(body: FunctionWalk, state: OwnershipState, place: string): PartTaking[] {
	return body.fn.calls.flatMap((call): PartTaking[] => {
		const api = body.around.apiCall(call);
		const summary = api || !call.name ? undefined : body.around.summary(call.name);
		const inner = summary?.cases
			.flatMap(({ takes }) => takes)
			.find(({ place: name }) => parameterAt(summary.fn, name) >= 0);
		const pages = api?.api.record.group === 'release' ? undefined : (api?.arg('pages') ?? argumentOf(inner?.place));
		const asked = api?.arg('count') ?? argumentOf(inner?.asked);
		const spot = pages && pageOperandOf(state, pages);
		if (spot?.place !== place || spot.shape !== 'from') return [];
		return [{ call: call.start, from: spot.index && nameOf(spot.index), asked: asked && nameOf(asked) }];

		function argumentOf(name: string | undefined) {
			return name === undefined || !summary ? undefined : call.args[parameterAt(summary.fn, name)];
		}
	});

	function nameOf(expr: Parameters<typeof canonicalText>[0]): string | undefined {
		return placeOf(state, expr) ?? canonicalText(expr);
	}
}

function isAll({ outcome, status, shared, earlier, position }: TrackedResource): boolean {
	return outcome === 'all' && status === 'held' && !shared && !earlier && !position;
}

/** The first part is there and the other is not, but the release is told the number of both. */
export function judgeSum(
	body: FunctionWalk,
	state: OwnershipState,
	spot: PageOperand,
	release: Release,
	count: Value | undefined,
): void {
	const { sumOf } = count ?? {};
	if (!sumOf || state.possiblyInfeasible || spot.shape === 'element' || spot.shape === 'from') return;
	const held = [...state.holdings.values()].filter(({ place }) => place === spot.place);
	const first = held.find((holding) => isAll(holding) && sumOf.includes(holding.asked ?? ''));
	const other = first && (first.asked === sumOf[0] ? sumOf[1] : sumOf[0]);
	if (!first || body.filled.has(spot.place)) return;
	for (const { call, from, asked } of partTakings(body, state, spot.place)) {
		if (asked !== other || from !== first.asked || call === first.call.start) continue;
		const taken = held.filter((holding) => holding.call.start === call);
		if (taken.every(({ outcome }) => outcome === 'none' || outcome === 'partial'))
			body.events.push({ kind: 'overrun', holding: first, release: release.inner, why: 'sum', state });
	}
}
