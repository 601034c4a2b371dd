/** From facts to a verdict: the first policy of the list that has something to say decides. */
import type { Facts } from './facts.js';
import type { Evidence, KeepReason, Target, Verdict } from './site.js';

export interface Judgement {
	/** `bug` is no policy: it comes from the findings. */
	readonly verdict: Exclude<Verdict, 'bug'>;
	readonly target: Target | null;
	readonly reason: KeepReason | null;
	readonly evidence: readonly Evidence[];
	/** False where no evidence was seen, and the verdict is what is left. */
	readonly sure: boolean;
}

type Policy = (facts: Facts) => Judgement | undefined;

function ok(evidence: readonly Evidence[]): Judgement {
	return { verdict: 'ok', target: null, reason: null, evidence, sure: true };
}

function keep(reason: KeepReason, evidence: readonly Evidence[], sure = true): Judgement {
	return { verdict: 'keep', target: null, reason, evidence, sure };
}

function convert(target: Target, evidence: readonly Evidence[], sure = true): Judgement {
	return { verdict: 'convert', target, reason: null, evidence, sure };
}

function benefit(target: Target, evidence: readonly Evidence[]): Judgement {
	return { verdict: 'benefit', target, reason: null, evidence, sure: true };
}

/** It pins, extracts, or takes no user page at all. */
const nothingToDo: Policy = ({ record, here }) => {
	if (record.group === 'pin') return ok([here('pins the pages')]);
	if (record.takes === 'extracted' && record.group === 'helper')
		return ok([here('fills the bio, and bio_release_pages() releases the pages')]);
	if (record.takes === 'extracted') return ok([here('pins the pages if they are user pages')]);
	if (record.takes === 'none') return ok([here('takes no reference')]);
	return record.name === 'get_kernel_pages'
		? ok([here('takes references on kernel pages, not user pages')])
		: undefined;
};

/** Code that implements the family: its flags and its policy are those of its callers. */
const implementation: Policy = ({ isFamily, here }) =>
	isFamily ? keep('core-mm', [here('is part of the GUP implementation: its callers decide')]) : undefined;

/** No page is asked for: the range is only faulted in. */
const faultsIn: Policy = ({ isNullPages, told, here }) =>
	isNullPages
		? keep(
				told ? 'mmu-notifier' : 'struct-page-only',
				[here('takes no references, it only faults the range in')],
				false,
			)
		: undefined;

/** Nothing but the struct page is looked at. */
const pageOnly: Policy = ({ isUntouched, uses, of, record }) => {
	const looks = of('page-only');
	const only = record.group === 'get' && isUntouched && uses.complete && looks.length > 0;
	return only ? keep('struct-page-only', looks) : undefined;
};

/** User space names a page of the driver itself, which nobody writes back or copies. */
const adoptedPage: Policy = ({ adopted, here }) =>
	adopted ? keep('struct-page-only', [here("only keeps a page that turns out to be the driver's own")]) : undefined;

/** Memory management looks pages up to change its own tables, or to describe them. */
const coreMm: Policy = ({ inMm, isForOthers, of, here }) =>
	inMm && !isForOthers && of('read', 'write', 'device').length === 0
		? keep('core-mm', [here('looks up pages for memory management'), ...of('page-only')])
		: undefined;

/** Core code that reaches into user memory for a moment, one page at a time. */
const coreTransient: Policy = ({ core, inMm, takesOne, of, here }) => {
	if (!core || of('device').length > 0) return undefined;
	const data = of('read', 'write');
	if (inMm ? !takesOne : !takesOne && data.length > 0) return undefined;
	const looks = of('page-only');
	return data.length === 0 && looks.length > 0 && of('handed').length === 0
		? keep('struct-page-only', looks)
		: keep('transient', [here('is in core code'), ...data]);
};

/** The function is there for core dumps: one page, written out and put. */
const dumped: Policy = ({ record, of, here }) =>
	record.name === 'get_dump_page'
		? keep('transient', [here('references one page for a core dump'), ...of('read')])
		: undefined;

/** A look-up that leaves the page in the page tables and does nothing to its data. */
const lookup: Policy = ({ record, here }) =>
	record.group === 'walk' ? keep('transient', [here('looks up one page')]) : undefined;

/** Whoever uses the pages is told when the page tables change. */
const notified: Policy = ({ told }) => (told ? keep('mmu-notifier', [told]) : undefined);

const kernelPages: Policy = ({ kernelBacked }) =>
	kernelBacked ? benefit('iov_iter_extract_pages', [kernelBacked]) : undefined;

/** The references themselves go to an owner who puts them. */
const movesAway: Policy = ({ moved, target }) => (moved.length > 0 ? benefit(target, moved) : undefined);

/** The call itself says that the pages are held for as long as user space wants. */
const longTerm: Policy = ({ isLongTerm, target, here }) =>
	isLongTerm ? convert(target, [here('passes FOLL_LONGTERM, which requires a pin')]) : undefined;

/** A device reaches the data. */
const byDevice: Policy = ({ of, target }) => {
	const device = of('device');
	return device.length > 0 ? convert(target, device) : undefined;
};

/** Kept for as long as an object lives. */
const kept: Policy = ({ lasting, target }) => (lasting.length > 0 ? convert(target, lasting) : undefined);

/** The CPU writes the data. */
const written: Policy = ({ of, target }) => {
	const writes = of('write');
	return writes.length > 0 ? convert(target, writes) : undefined;
};

/** The CPU reads the data and lets go. */
const readOnly: Policy = ({ uses, of, record }) => {
	const reads = of('read');
	return record.group === 'get' && uses.transient && reads.length > 0 ? keep('transient', reads) : undefined;
};

/** The pages are given back where they were taken, and nothing was done to them; or they were only looked at. */
const untouched: Policy = ({ isUntouched, isGivenBackHere, uses, record, target, of, here }) => {
	if (!isUntouched || !uses.complete) return undefined;
	const looks = record.group === 'iov-iter' ? of('page-only') : [];
	if (!isGivenBackHere) return looks.length > 0 ? benefit(target, looks) : undefined;
	const evidence = [here('references the pages, which are released without accessing their data')];
	return record.group === 'iov-iter' ? benefit(target, evidence) : keep('struct-page-only', evidence);
};

/** Lists of pages are made for somebody who does I/O on them. */
const listed: Policy = ({ of, target }) => {
	const lists = of('listed');
	return lists.length > 0 ? convert(target, lists) : undefined;
};

/** Whoever has the physical address does something with the data. */
const byAddress: Policy = ({ addressed, target }) => (addressed.length > 0 ? convert(target, addressed) : undefined);

/** An iterator of the caller is there to carry data. */
const ioOfCaller: Policy = ({ record, all, here, target }) =>
	record.group === 'iov-iter' ? convert(target, [here('references the pages for I/O'), ...all]) : undefined;

/** What is left: nobody shows why plain references would do. */
const unexplained: Policy = ({ target, all, here }) => convert(target, [here('takes plain references'), ...all], false);

const POLICIES: readonly Policy[] = [
	nothingToDo,
	implementation,
	faultsIn,
	pageOnly,
	adoptedPage,
	coreMm,
	coreTransient,
	dumped,
	lookup,
	notified,
	kernelPages,
	movesAway,
	byDevice,
	kept,
	longTerm,
	written,
	readOnly,
	untouched,
	listed,
	byAddress,
	ioOfCaller,
];

/** The verdict that the evidence gives. */
export function judge(facts: Facts): Judgement {
	for (const policy of POLICIES) {
		const judgement = policy(facts);
		if (judgement) return judgement;
	}
	return unexplained(facts) as Judgement;
}
