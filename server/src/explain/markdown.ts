/** What a hover says: ten seconds of text about a function, a flag, an exception or a kernel. */
import { caseWords, pinCase } from '../kernel/cases.js';
import { effectOf, FLAG_CHECKS } from '../kernel/checks.js';
import { originOf } from '../kernel/origin.js';
import { covers } from '../kernel/releases.js';
import type { Api, Flag, FlagSpan, Group, Kernel, KnownUser, Signature } from '../kernel/types.js';
import { hoverOf, joined, listed, type Part } from './layout.js';
import { absence, later, useInstead } from './lifetime.js';
import { apiLinks, FLAG_LINKS } from './links.js';
import { block, code, codify, list, paragraphs } from './prose.js';
import { prototype } from './prototype.js';
import { reasonWords, VERDICTS } from './verdict.js';

/** "Kernel 6.12.117, from the headers of this tree", with what weakens it. */
function footing(kernel: Kernel, verified: boolean): string {
	return `*Kernel ${kernel.version}, ${originOf(kernel, verified)}*`;
}

/** Who releases what it takes. */
function custody(api: Api, kernel: Kernel): string | undefined {
	const { record } = api;
	const givers = record.releasedBy.filter((name) => kernel.api(name)?.signature).map(code);
	if (givers.length === 0) return undefined;
	if (record.takes === 'none') return `**Pair with** ${list(givers)}.`;
	const guard = record.takes === 'extracted' && record.group === 'extract';
	return `**Released by** ${list(givers)}${guard ? ', and only if `iov_iter_extract_will_pin()` returned true' : ''}.`;
}

const POLICED = new Set<Group>(['get', 'pin', 'iov-iter', 'extract']);

/** Which pin cases a call serves, or asks for, and what serves the others. */
function cases({ record }: Api, kernel: Kernel): string | undefined {
	const known = record.cases.map(pinCase).filter((entry) => entry !== undefined);
	if (known.length === 0 || !POLICED.has(record.group)) return undefined;
	const named = list(known.map(caseWords), 'and');
	const better = record.successor && kernel.api(record.successor)?.signature ? code(record.successor) : undefined;
	if (record.group === 'iov-iter') return `**Used for** ${named}, which asks for pins${better ? `: ${better}` : ''}.`;
	const otherwise = record.group === 'get' && better ? ` To read or write the data: ${better}.` : '';
	return `**Right for** ${named}.${otherwise}`;
}

function notes(api: Api, kernel: Kernel): string[] {
	const here = (api.record.notes ?? []).filter((note) => covers(note, kernel.release));
	return [...here.map((note) => codify(note.text)), later(api, kernel)].filter((line) => line !== undefined);
}

/** Why a function or file of the curated table is as it is, in one line. @param fn function the cursor is in; undefined names the file */
function exceptionHeadline(user: KnownUser, kernel: Kernel, fn?: string): string {
	const target = user.verdict === 'keep' ? undefined : user.target;
	const api = target === undefined ? undefined : kernel.api(target);
	const missing = api && !api.signature ? `, which ${absence(api.record.signatures, kernel)}` : '';
	const reason = user.reason && reasonWords(user.reason);
	const verdict = `${VERDICTS[user.verdict]}${target ? ` to ${code(target)}` : ''}${missing}`;
	return `**${code(fn ?? user.path)} ${verdict}${reason ? `: ${reason}` : ''}.**`;
}

function exceptionReason(user: KnownUser): string {
	const source = user.url ? `[source](${user.url})` : codify(`source: ${user.source}`);
	return `${codify(user.why)} (${source})`;
}

/**
 * Why a function or file of the curated table may keep plain references, or must not.
 * @param fn function the cursor is in; undefined names the file
 */
export function exceptionMarkdown(user: KnownUser, kernel: Kernel, fn?: string): string {
	return `${exceptionHeadline(user, kernel, fn)} ${exceptionReason(user)}`;
}

/** What is known of the code a name stands in. */
export interface Around {
	/** Judgement of the curated table. */
	readonly user?: KnownUser | undefined;
	/** Function the cursor is in. */
	readonly fn?: string | undefined;
	/** What is known of this very call. */
	readonly call?: AboutCall | undefined;
}

export interface AboutCall {
	/** The verdict on it and its reason, in one line. */
	readonly verdict?: string | undefined;
	/** Who releases what it takes, or what it releases, as Markdown. */
	readonly partners?: string | undefined;
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

/** Parts of a text that stand in paragraphs and lists. */
function partsOf(markdown: string | undefined): Part[] {
	return (markdown ?? '')
		.split('\n\n')
		.filter(Boolean)
		.flatMap((paragraph) => paragraph.split('\n').map((text, i) => ({ text, goesOn: i > 0 })));
}

/** Verdict, prototype, who releases, then facts: the most important first. */
function apiParts(api: Api, signature: Signature, kernel: Kernel, { user, fn, call }: Around): Part[] {
	const { record } = api;
	const headline = call?.verdict ?? (user && exceptionHeadline(user, kernel, fn));
	const facts = [
		codify(record.summary),
		record.meaning === 'void' ? undefined : `**Returns** ${lead(codify(record.returns))}`,
		`**Locking** ${lead(codify(record.locking))}`,
		cases(api, kernel),
	];
	return [
		...(headline ? [{ text: headline }] : []),
		{ text: block(prototype(record.name, signature)) },
		...(call?.partners ? partsOf(call.partners) : partsOf(custody(api, kernel))),
		...(user ? [{ text: exceptionReason(user) }] : []),
		...facts.flatMap((text) => (text ? [{ text }] : [])),
		...listed(undefined, notes(api, kernel)),
		// of a call whose own releases are shown
		...(call?.partners ? partsOf(custody(api, kernel)) : []),
	];
}

/** All of a function in one kernel: prototype, who releases what it takes, return value, locking, pin case. */
export function apiMarkdown(api: Api, kernel: Kernel): string {
	const { record, signature } = api;
	if (!signature) return absentApi(api, kernel);
	const parts = apiParts(api, signature, kernel, {});
	return paragraphs(joined(parts), apiLinks(record), footing(kernel, api.verified));
}

/** The same with what is known of the code around, as short as a hover has to be. */
export function apiHover(api: Api, kernel: Kernel, around: Around): string {
	const { record, signature } = api;
	if (!signature) return absentApi(api, kernel);
	const ending = paragraphs(apiLinks(record), footing(kernel, api.verified));
	return hoverOf(apiParts(api, signature, kernel, around), restOf(record.name), ending);
}

function restOf(name: string): string {
	return `*The rest: GUP Lens: Explain, or ${code(`gup-lens explain ${name}`)}*`;
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

/** Which calls refuse the flag, grouped by what they do then. */
function refusals(name: string, kernel: Kernel): Part[] {
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
		return `${list(ordered)}${key}`;
	});
	return lines.length > 0 ? listed('**Refused by**', lines) : [];
}

/** All of a flag in one kernel: definition, who may name it, which calls refuse it. */
export function flagMarkdown(flag: Flag, kernel: Kernel): string {
	const { span } = flag;
	if (!span) return absentFlag(flag, kernel);
	return paragraphs(joined(flagParts(flag, span, kernel, {})), FLAG_LINKS, footing(kernel, flag.verified));
}

/** The same with what is known of the code around, as short as a hover has to be. */
export function flagHover(flag: Flag, kernel: Kernel, around: Around): string {
	const { record, span } = flag;
	if (!span) return absentFlag(flag, kernel);
	const ending = paragraphs(FLAG_LINKS, footing(kernel, flag.verified));
	return hoverOf(flagParts(flag, span, kernel, around), restOf(record.name), ending);
}

function flagParts({ record }: Flag, span: FlagSpan, kernel: Kernel, { user, fn }: Around): Part[] {
	const texts = [
		user && exceptionHeadline(user, kernel, fn),
		block(definition(record.name, span)),
		codify(record.summary),
		whoMayName(span),
		codify(record.detail),
		user && exceptionReason(user),
	];
	return [...texts.flatMap((text) => (text ? [{ text }] : [])), ...refusals(record.name, kernel)];
}

function absentFlag({ record, verified }: Flag, kernel: Kernel): string {
	return paragraphs(
		`**${code(record.name)} is not in kernel ${kernel.version}.** It ${absence(record.spans, kernel)}.`,
		codify(record.summary),
		codify(record.detail),
		FLAG_LINKS,
		footing(kernel, verified),
	);
}
