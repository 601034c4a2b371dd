/** What the engine says of a text, and whether it says the same of an equal one. */
import type { AnalyseOptions, Engine } from '../../server/src/engine.js';
import { kernelOf } from '../fuzz/subject.js';
import type { Specimen } from '../support/specimens.js';
import { originOf, type Rewritten } from './apply.js';
import type { Rewriting } from './rewriting.js';

/** One thing that is said. */
interface Said {
	readonly what: string;
	/** Offset it is said of. */
	readonly at: number;
}

export interface Observation {
	readonly said: readonly Said[];
}

/** Findings, verdicts and offers, and what was not read. */
export function observe(
	engine: Engine,
	text: string,
	{ path, kernel }: Pick<Specimen, 'path' | 'kernel'>,
): Observation {
	const options: AnalyseOptions = { path, kernel: kernelOf(kernel), fixes: false };
	const file = engine.open();
	try {
		const { findings, sites, unread, bounded } = file.audit(text, options);
		const offers = sites.some(({ verdict }) => verdict === 'convert' || verdict === 'benefit')
			? file.offers(text, options)
			: [];
		return {
			said: [
				...findings.map(({ severity, rule, function: fn, start }) => ({
					what: `${severity}[${rule}] in ${fn}`,
					at: start,
				})),
				...sites.map(({ function: fn, api, verdict, target, reason, release, start }) => ({
					what: `${api} in ${fn}: ${[verdict, target, reason].filter(Boolean).join(' ')}${release ? `, released by ${release.split(', ').sort().join(', ')}` : ''}`,
					at: start,
				})),
				...offers.map(({ sites, conversions, refusal }) => ({
					what:
						conversions.length > 0
							? `offer: ${conversions.map(({ title }) => title).join(', ')}`
							: `refusal: ${refusal?.reason}`,
					at: sites[0]?.start ?? 0,
				})),
				...unread.map((name) => ({ what: `unread: ${name}`, at: 0 })),
				...bounded.map((name) => ({ what: `bounded: ${name}`, at: 0 })),
			],
		};
	} finally {
		file.dispose();
	}
}

/** What is said of one text alone, as "- ..." for the first and "+ ..." for the other. */
export function disagreements(
	text: string,
	before: Observation,
	rewritten: Rewritten,
	after: Observation,
	rewriting: Rewriting,
): string[] {
	const byLine = !rewriting.moves && !rewriting.copies && !rewriting.whole;
	const left = rewriting.copies ? once(before.said) : [...before.said];
	const now = rewriting.copies ? once(after.said) : after.said;
	const lineOf = lines(text);
	const added: string[] = [];
	for (const { what, at } of now) {
		const origin = originOf(rewritten.edits, at);
		const [first, last] = [lineOf(origin.start), lineOf(origin.end)];
		const same = left.findIndex((said) => {
			if (said.what !== what) return false;
			const line = lineOf(said.at);
			return !byLine || (first <= line && line <= last) || at === 0;
		});
		if (same >= 0) left.splice(same, 1);
		else added.push(`+ ${what}${byLine ? `, line ${first}` : ''}`);
	}
	return [...left.map(({ what, at }) => `- ${what}${byLine ? `, line ${lineOf(at)}` : ''}`), ...added];
}

function once(said: readonly Said[]): Said[] {
	return [...new Map(said.map((one) => [one.what, one])).values()];
}

function lines(text: string): (offset: number) => number {
	const starts = [0];
	for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
	return (offset) => starts.filter((start) => start <= offset).length;
}
