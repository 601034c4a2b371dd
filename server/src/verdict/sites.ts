/** The sites of a file: each call the audit lists, with the verdict its evidence gives. */
import type { ApiCall, FileContext } from '../analysis/context.js';
import type { KnownUser } from '../kernel/types.js';
import { auditedCalls } from './audited.js';
import { factsOf } from './facts.js';
import type { JudgedSite } from './findings.js';
import { flagsOf } from './flags.js';
import { type Judgement, judge } from './policy.js';
import { releasesOf } from './release.js';
import type { Evidence, Site, Target } from './site.js';

/** Evidence beyond this says nothing new. */
const MOST_EVIDENCE = 12;

/** A row of the curated table speaks of plain references alone: what pins by now is no longer the user it knew. */
function rowFor(file: FileContext, call: ApiCall): KnownUser | undefined {
	const { group, takes } = call.api.record;
	const plain = takes === 'reference' && /^(?:get|iov-iter|walk|helper)$/.test(group);
	return plain ? file.knownUser(call.fn?.name) : undefined;
}

function decided(
	{ verdict, target, reason, evidence }: Judgement,
	row: KnownUser | undefined,
	at: Evidence,
): Pick<Site, 'verdict' | 'target' | 'reason' | 'decidedBy' | 'source' | 'evidence'> {
	if (!row) return { verdict, target, reason, decidedBy: 'inference', source: null, evidence };
	return {
		verdict: row.verdict,
		target: (row.target as Target | undefined) ?? null,
		reason: row.reason ?? null,
		decidedBy: 'known-user',
		source: row.url ? `${row.source}: ${row.url}` : row.source,
		evidence: [{ ...at, text: row.why }, ...evidence],
	};
}

/** The evidence with its file, where that is another one. */
function located({ unit }: FileContext, { start, end, text }: Evidence): Evidence {
	const place = unit.placeOf(start);
	return place ? { start, end, text, place } : { start, end, text };
}

function siteOf(file: FileContext, call: ApiCall): JudgedSite {
	const { start, end } = call.call.nameRange;
	const facts = factsOf(file, call);
	const judgement = judge(facts);
	const released = releasesOf(file, call, facts.uses);
	const verdict = decided(judgement, rowFor(file, call), { start, end, text: '' });
	const given = released.map((release): Evidence => {
		const where = release.function && release.function !== call.fn?.name ? ` (in ${release.function}())` : '';
		return { start: release.start, end: release.end, text: `${release.name}() ${release.does}${where}` };
	});
	const evidence = new Map([...verdict.evidence, ...given].map((one) => [`${one.start} ${one.text}`, one]));
	return {
		call: { start: call.call.start, end: call.call.end },
		sure: judgement.sure,
		site: {
			start,
			end,
			function: call.fn?.name ?? file.ir.around(start) ?? null,
			api: call.call.name,
			flags: flagsOf(file, call),
			release: [...new Set(released.map(({ name }) => name))].join(', ') || null,
			...verdict,
			evidence: [...evidence.values()].slice(0, MOST_EVIDENCE).map((one) => located(file, one)),
			findings: [],
		},
	};
}

/** The verdict on one call, before the findings are known. */
function judgedVerdict(file: FileContext, call: ApiCall): Site['verdict'] {
	return rowFor(file, call)?.verdict ?? judge(factsOf(file, call)).verdict;
}

/** Why the call is to be converted: its users need pins, or the old function is to be retired; undefined where it is not. */
export function conversionAsked(file: FileContext, call: ApiCall): 'convert' | 'benefit' | undefined {
	const verdict = judgedVerdict(file, call);
	return verdict === 'convert' || verdict === 'benefit' ? verdict : undefined;
}

/** One site for each call the audit lists, in the order of the text, before the findings are known. */
export function sitesOf(file: FileContext): readonly JudgedSite[] {
	return auditedCalls(file).map((call) => siteOf(file, call));
}

/** The site whose function is named at an offset, before the findings are known. */
export function siteAt(file: FileContext, offset: number): JudgedSite | undefined {
	const call = auditedCalls(file).find(
		({ call: { nameRange } }) => nameRange.start <= offset && offset <= nameRange.end,
	);
	return call && siteOf(file, call);
}
