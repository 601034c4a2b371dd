/** Properties of what is printed of findings and paths: on the command line and in an editor. */
import type { Log } from 'sarif';
import { github } from '../../../server/src/cli/formats/github.js';
import { json } from '../../../server/src/cli/formats/json.js';
import { sarif } from '../../../server/src/cli/formats/sarif.js';
import { text as compilerLike } from '../../../server/src/cli/formats/text.js';
import type { Report } from '../../../server/src/cli/report.js';
import type { Flow } from '../../../server/src/engine.js';
import {
	endingWords,
	journeyWords,
	nothingWords,
	partnersLine,
	partnersMarkdown,
	stepWords,
	whyNot,
} from '../../../server/src/explain/index.js';
import { ruleMetas } from '../../../server/src/rules/index.js';
import type { Input } from '../input.js';
import { analyse, opened, optionsOf, timed } from '../subject.js';
import { hold } from '../violation.js';
import { holdPlace } from './places.js';
import type { Property } from './property.js';

function reportOf(input: Input): Report {
	const { path, text, neighbours } = input;
	const { kernel } = optionsOf(input);
	const { findings } = analyse(text, { ...optionsOf(input), fixes: true });
	const elsewhere: Report['reports'][number]['elsewhere'] = (place) => {
		const other = neighbours.find((one) => one.path === place.path);
		return { path: place.path, shown: place.path, text: other?.text ?? '' };
	};
	return {
		tool: { name: 'gup-lens', version: '0' },
		rules: ruleMetas,
		kernel,
		files: 1,
		elapsedMs: 0,
		reports: [{ path, shown: path, text, findings, kernel, elsewhere }],
		complete: true,
		skipped: [],
	};
}

/** What people read of the paths of pages, in lines of one each. */
function wordsOf(flow: Flow | undefined, text: string): string[] {
	if (!flow || flow.journeys.length === 0) return [nothingWords(flow)];
	return flow.journeys.flatMap((journey) => [
		journeyWords(journey),
		whyNot(journey) ?? '',
		...journey.ways.flatMap(({ ending, steps }) => [
			endingWords(ending),
			...steps.flatMap((step, i) => {
				const { what, state } = stepWords(step, steps[i - 1]?.state, text.slice(step.start, step.end));
				return [what ?? '', state ?? ''];
			}),
		]),
	]);
}

export const PRINTED: readonly Property[] = [
	{
		name: 'printed',
		target: 'code',
		share: 0.15,
		check(input) {
			const report = reportOf(input);
			const number = report.reports[0]?.findings.length ?? 0;
			compilerLike(report, true);
			hold(github(report).split('\n').length === number + 1, 'not one line for each finding');
			hold(JSON.parse(json(report)).findings.length === number, 'JSON without a finding');
			const log: Log = JSON.parse(sarif(report));
			for (const { locations = [] } of log.runs[0]?.results ?? []) {
				const {
					startLine = 0,
					startColumn = 0,
					endLine = 0,
					endColumn = 0,
				} = locations[0]?.physicalLocation?.region ?? {};
				hold(startLine >= 1 && startColumn >= 1, 'SARIF counts from 1');
				hold(
					endLine > startLine || (endLine === startLine && endColumn >= startColumn),
					'SARIF region ends before it starts',
				);
			}
		},
	},
	{
		name: 'paths of pages',
		target: 'code',
		share: 0.3,
		check(input, dice) {
			const { text } = input;
			const options = optionsOf(input);
			opened((file) => {
				const partners = timed('partners', () => file.partners(text, options));
				for (const one of partners) {
					for (const site of [one.taking, ...one.through, ...one.releases]) holdPlace(input, site, 'partner');
					hold(partnersLine(one) !== '', 'empty line above a call');
				}
				const taking = partners.length > 0 ? dice.pick(partners).taking : undefined;
				const at = taking && !taking.place ? taking.start : dice.below(text.length + 1);
				const here = file.partnersAt(text, options, at);
				hold(partnersMarkdown(here, at, () => 'line 1') !== '', 'empty hover');
				const lines = text.split('\n').length;
				const asked = [1, lines, lines + 1, dice.between(1, lines), text.slice(0, at).split('\n').length];
				for (const line of asked) {
					const flow = timed('flow', () => file.flow(text, options, line));
					for (const words of wordsOf(flow, text))
						hold(!words.includes('undefined') || text.includes('undefined'), 'path with words missing', () => words);
					const { pages } = timed('paths', () => file.paths(text, options, line));
					for (const { paths } of pages)
						for (const { steps } of paths)
							for (const { at, pages: state } of steps) {
								holdPlace(input, at, 'step');
								hold(state?.text !== '', 'state without words');
							}
				}
			});
		},
	},
];
