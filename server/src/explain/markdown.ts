/** What a hover says: ten seconds of text about a function, a flag, an exception or a kernel. */
import { pinCase } from '../kernel/cases.js';
import { effectOf, FLAG_CHECKS } from '../kernel/checks.js';
import { exception } from '../kernel/exceptions.js';
import { beyondTable, covers } from '../kernel/releases.js';
import type { Api, Flag, FlagSpan, Group, Kernel, KnownUser, Verdict } from '../kernel/types.js';
import { absence, later, useInstead } from './lifetime.js';
import { apiLinks, FLAG_LINKS } from './links.js';
import { block, code, codify, list, paragraphs } from './prose.js';
import { prototype } from './prototype.js';

const ORIGIN: Readonly<Record<Kernel['origin'], string>> = {
	tree: "from this tree's headers",
	option: 'as configured',
	newest: 'newest known, assumed',
};

/** "Kernel 6.12.117, from this tree's headers", with what weakens it. */
function footing(kernel: Kernel, verified: boolean): string {
	const beyond = kernel.origin === 'option' ? beyondTable(kernel.release) : undefined;
	const doubt = beyond ? `, ${beyond}` : verified ? '' : '; not verified against the source of this version';
	return `*Kernel ${kernel.version}, ${ORIGIN[kernel.origin]}${doubt}*`;
}

/** Who releases what it acquires. */
function custody(api: Api, kernel: Kernel): string | undefined {
	const { record } = api;
	const givers = record.releasedBy.filter((name) => kernel.api(name)?.signature).map(code);
	if (givers.length === 0) return undefined;
	if (record.takes === 'none') return `**Pair with** ${list(givers)}.`;
	const guard = record.takes === 'extracted' && record.group === 'extract';
	return `**Release with** ${list(givers)}${guard ? ', only if `iov_iter_extract_will_pin()` returned true' : ''}.`;
}

const POLICED = new Set<Group>(['get', 'pin', 'iov-iter', 'extract']);

/** Which pin cases a call serves, or asks for, and what serves the others. */
function cases({ record }: Api, kernel: Kernel): string | undefined {
	const known = record.cases.map(pinCase).filter((entry) => entry !== undefined);
	if (known.length === 0 || !POLICED.has(record.group)) return undefined;
	const named = list(
		known.map(({ number, title }) => `${number} (${title})`),
		'and',
	);
	const better = record.successor && kernel.api(record.successor)?.signature ? code(record.successor) : undefined;
	if (record.group === 'iov-iter')
		return `**Used for** case ${named}, which requires pins${better ? `: ${better}` : ''}.`;
	const otherwise = record.group === 'get' && better ? ` To access the data: ${better}.` : '';
	return `**Right for** case ${named}.${otherwise}`;
}

function notes(api: Api, kernel: Kernel): string | undefined {
	const here = (api.record.notes ?? []).filter((note) => covers(note, kernel.release));
	const lines = [...here.map((note) => codify(note.text)), later(api, kernel)].filter(Boolean);
	return lines.length > 0 ? lines.map((line) => `- ${line}`).join('\n') : undefined;
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
	keep: 'may keep plain references',
	convert: 'must convert',
	benefit: 'would benefit from conversion',
	ok: 'is correct',
	bug: 'is wrong',
};

/**
 * Why a function or file of the curated table may keep plain references, or must not.
 * @param fn function the cursor is in; undefined names the file
 */
export function exceptionMarkdown(user: KnownUser, kernel: Kernel, fn?: string): string {
	const known = user.reason && exception(user.reason);
	const what = known ? `: ${known.title}${known.pinCase ? ` (case ${known.pinCase})` : ''}` : '';
	const target = user.verdict === 'keep' ? undefined : user.target;
	const api = target === undefined ? undefined : kernel.api(target);
	const missing = api && !api.signature ? `, which ${absence(api.record.signatures, kernel)}` : '';
	const headline = `${code(fn ?? user.path)} ${VERDICTS[user.verdict]}${target ? ` to ${code(target)}` : ''}${missing}${what}`;
	const source = user.url ? `[source](${user.url})` : codify(`source: ${user.source}`);
	return `**${headline}.** ${codify(user.why)} (${source})`;
}

function absentApi(api: Api, kernel: Kernel): string {
	const { record } = api;
	const last = record.signatures.at(-1);
	return paragraphs(
		`**${code(record.name)} is not in kernel ${kernel.version}.** It ${absence(record.signatures, kernel)}. ${useInstead(api, kernel) ?? ''}`.trim(),
		codify(record.summary),
		last &&
			block(
				`/* ${last.since}${last.until ? ` to before ${last.until}` : ' and newer'} */\n${prototype(record.name, last)}`,
			),
		apiLinks(record),
		footing(kernel, api.verified),
	);
}

/**
 * All of a function in one kernel: prototype, what it takes, who releases it, return value, locking, pin case.
 * @param user judgement on the code around, shown first
 * @param fn function the cursor is in
 * @param site what is known of this very call
 */
export function apiMarkdown(api: Api, kernel: Kernel, user?: KnownUser, fn?: string, site?: string): string {
	const { record, signature } = api;
	if (!signature) return absentApi(api, kernel);
	return paragraphs(
		block(prototype(record.name, signature)),
		site,
		user && exceptionMarkdown(user, kernel, fn),
		codify(record.summary),
		[
			custody(api, kernel),
			record.meaning === 'void' ? undefined : `**Returns** ${lead(codify(record.returns))}`,
			`**Locking** ${lead(codify(record.locking))}`,
			cases(api, kernel),
		]
			.filter(Boolean)
			.join('  \n'),
		notes(api, kernel),
		apiLinks(record),
		footing(kernel, api.verified),
	);
}

/** A sentence after a bold label starts small, unless it starts with a name. */
function lead(sentence: string): string {
	return /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

/** A definition as its header writes it: enum entry since 6.3, macro before. */
function definition(name: string, span: FlagSpan): string {
	const bit = Math.log2(span.value);
	const value = /\bmm\.h$/.test(span.header)
		? `#define ${name} 0x${span.value.toString(16).padStart(2, '0')}`
		: `${name} = 1 << ${bit}`;
	return `${value} /* ${span.header} */`;
}

const WHO: Readonly<Record<FlagSpan['visibility'], string>> = {
	public: 'any caller',
	core: 'core code, by convention',
	internal: 'mm/ only',
};

function whoMayName(span: FlagSpan): string {
	const compiles =
		span.visibility === 'internal' && !span.header.startsWith('mm/')
			? ' by convention: the name compiles elsewhere, too'
			: '';
	return `**For** ${WHO[span.visibility]}${compiles}.`;
}

/** Which calls reject the flag, grouped by what they do then. */
function refusals(name: string, kernel: Kernel): string | undefined {
	const byEffect = new Map<string, Set<string>>();
	for (const check of FLAG_CHECKS) {
		if (!covers(check, kernel.release) || !check.flags.includes(name)) continue;
		const others = check.flags.filter((flag) => flag !== name);
		const condition = [
			others.length > 0 ? ` with ${list(others.map(code), 'and')}` : '',
			check.whenArgument ? ` with a non-NULL ${code(check.whenArgument)}` : '',
		].join('');
		for (const api of check.apis) {
			if (!kernel.api(api)?.signature) continue;
			const key = `${condition}: the call ${codify(effectOf(check, api, kernel.release))}`;
			byEffect.set(key, (byEffect.get(key) ?? new Set()).add(api));
		}
	}
	const lines = [...byEffect].map(([key, apis]) => {
		const ordered = kernel.apis().flatMap((api) => (apis.has(api.name) ? [code(api.name)] : []));
		return `- ${list(ordered)}${key}`;
	});
	return lines.length > 0 ? `**Rejected by**\n${lines.join('\n')}` : undefined;
}

export function flagMarkdown(flag: Flag, kernel: Kernel, user?: KnownUser, fn?: string): string {
	const { record, span } = flag;
	if (!span) {
		return paragraphs(
			`**${code(record.name)} is not in kernel ${kernel.version}.** It ${absence(record.spans, kernel)}.`,
			codify(record.summary),
			codify(record.detail),
			FLAG_LINKS,
			footing(kernel, flag.verified),
		);
	}
	return paragraphs(
		block(definition(record.name, span)),
		user && exceptionMarkdown(user, kernel, fn),
		codify(record.summary),
		codify(record.detail),
		whoMayName(span),
		refusals(record.name, kernel),
		FLAG_LINKS,
		footing(kernel, flag.verified),
	);
}
