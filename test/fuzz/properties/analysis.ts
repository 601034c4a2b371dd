/** Properties of findings and sites. */
import { type Audit, needles } from '../../../server/src/engine.js';
import { ruleMetas } from '../../../server/src/rules/index.js';
import type { Input } from '../input.js';
import { analyse, audit, optionsOf } from '../subject.js';
import { hold, same } from '../violation.js';
import { holdPlace, holdRange, holdWords } from './places.js';
import type { Property } from './property.js';

const RULES = new Set(ruleMetas.map(({ id }) => id));
/** Rules that look for words which are no words of the family. */
const EVERYWHERE = new Set(
	ruleMetas
		.filter((rule) => !rule.needles.every((word) => needles.some((needle) => word.includes(needle))))
		.map(({ id }) => id),
);

/** A call by its function, or by a macro that stands for it, which the evidence says. */
function isNamed(word: string, { api, evidence }: Audit['sites'][number]): boolean {
	return word.includes(api) || evidence.some(({ text }) => text === `${word} stands for ${api}()`);
}

function holdAudit(input: Input, { findings, sites, unread, bounded, irrelevant }: Audit): void {
	const { text } = input;
	hold(!irrelevant || findings.length + sites.length + unread.length === 0, 'findings in an irrelevant text');
	for (const name of [...unread, ...bounded]) holdWords(name, 'name of a function that is not read');
	let last = 0;
	for (const finding of findings) {
		hold(RULES.has(finding.rule), 'no such rule', () => finding.rule);
		holdRange(text, finding, `finding of ${finding.rule}`);
		hold(finding.start >= last, 'findings out of order');
		last = finding.start;
		holdWords(finding.message, `message of ${finding.rule}`);
		for (const related of finding.related) {
			holdPlace(input, related, `related place of ${finding.rule}`);
			holdWords(related.message, `related message of ${finding.rule}`);
		}
	}
	const keys = findings.map(({ rule, start, end }) => `${rule} ${start} ${end}`);
	hold(new Set(keys).size === keys.length, 'the same finding twice', () => keys.join(', '));
	const found = new Set(findings.map(({ rule }) => rule));
	last = -1;
	for (const site of sites) {
		holdRange(text, site, 'site');
		hold(site.start > last, 'sites out of order, or one twice');
		last = site.start;
		hold(site.api !== '' && isNamed(text.slice(site.start, site.end), site), 'site is not at its call', () => site.api);
		for (const evidence of site.evidence) {
			holdPlace(input, evidence, 'evidence');
			holdWords(evidence.text, 'text of the evidence');
		}
		for (const rule of site.findings) hold(found.has(rule), 'site names a finding that is not there', () => rule);
		hold(
			(site.verdict === 'convert' || site.verdict === 'benefit') === (site.target !== null),
			'target without conversion, or none',
			() => `${site.verdict} ${site.target}`,
		);
	}
}

export const ANALYSIS: readonly Property[] = [
	{
		name: 'sound',
		target: 'code',
		share: 1,
		check(input) {
			holdAudit(input, audit(input.text, optionsOf(input)));
		},
	},
	{
		name: 'deterministic',
		target: 'code',
		share: 0.3,
		check(input) {
			const options = optionsOf(input);
			const once = audit(input.text, options);
			same(once, audit(input.text, options), 'the second audit differs');
			const { sites: _, ...analysis } = once;
			same(analysis, analyse(input.text, options), 'the analysis differs from the audit');
			// what is kept of neighbours is kept with the objects
			const neighbours = input.neighbours.map((one) => ({ ...one }));
			same(once, audit(input.text, { ...options, neighbours }), 'the audit with fresh neighbours differs');
		},
	},
	{
		name: 'prefilter',
		target: 'code',
		share: 0.2,
		check(input) {
			const options = optionsOf(input);
			const [one, other] = [true, false].map((prefilter) => audit(input.text, { ...options, prefilter }));
			// what a rule says of calls that are all over the kernel, it says in files that name the family
			const told = other?.findings.filter(({ rule }) => !one?.irrelevant || !EVERYWHERE.has(rule));
			same(one?.findings, told, 'findings differ without the prefilter');
			same(one?.sites, other?.sites, 'sites differ without the prefilter');
		},
	},
];
