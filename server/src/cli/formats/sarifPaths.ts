/** The paths of a finding as SARIF has them, for the path views of others. */
import type { CodeFlow, PhysicalLocation, ThreadFlowLocation } from 'sarif';
import type { Located, PagePaths } from '../../engine.js';
import type { PathStep, StepKind } from '../../explain/index.js';
import { oneLine, sentence } from '../../workspace/wording.js';

/** The words that SARIF 2.1.0 (3.38.8) has for what a step is. */
const KINDS: Readonly<Record<StepKind, readonly string[]>> = {
	acquire: ['acquire', 'resource'],
	call: ['call', 'function'],
	test: ['branch'],
	loop: ['branch'],
	case: ['branch'],
	release: ['release', 'resource'],
	transfer: ['call', 'function'],
	change: ['resource'],
	return: ['return', 'function'],
	end: ['exit', 'function'],
};

const IMPORTANT: ReadonlySet<StepKind> = new Set(['acquire', 'release', 'end']);

/** One flow for each path, with the state of the pages at each step. */
export function codeFlows(pages: readonly PagePaths<Located>[], place: (at: Located) => PhysicalLocation): CodeFlow[] {
	return pages.flatMap(({ title, paths }) =>
		paths
			.filter(({ steps }) => steps.length > 0)
			.map(({ ending, steps }) => ({
				message: { text: `${sentence(title)}: ${sentence(ending.text)}` },
				threadFlows: [{ locations: steps.map((step, i) => stepOf(step, i + 1, ending.isWrong, place)) }],
			})),
	);
}

function stepOf(
	step: PathStep<Located>,
	order: number,
	isWrong: boolean,
	place: (at: Located) => PhysicalLocation,
): ThreadFlowLocation {
	const { at, function: inside, kind, truth, text, pages, depth } = step;
	const kinds = [
		...KINDS[kind],
		...(truth === undefined ? [] : [String(truth)]),
		...(kind === 'end' && isWrong ? ['danger'] : []),
	];
	return {
		location: {
			physicalLocation: place(at),
			logicalLocations: [{ name: oneLine(inside), kind: 'function' }],
			message: { text: sentence(pages ? `${text} (${pages.text})` : text) },
		},
		...(pages ? { state: { pages: { text: sentence(pages.text) } } } : {}),
		kinds,
		nestingLevel: depth,
		executionOrder: order,
		importance: kind === 'end' && isWrong ? 'essential' : IMPORTANT.has(kind) ? 'important' : 'unimportant',
	};
}
