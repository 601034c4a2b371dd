import type { ApiCall, FileContext } from '../analysis/context.js';
import { factsOf } from '../verdict/facts.js';
import { judge } from '../verdict/policy.js';
import type { Evidence } from '../verdict/site.js';
import type { Report, Rule } from './rule.js';

const NAMES = new Set([
	'iov_iter_get_pages2',
	'iov_iter_get_pages_alloc2',
	'iov_iter_get_pages',
	'iov_iter_get_pages_alloc',
]);
const REPLACEMENT = 'iov_iter_extract_pages';

/** What shows that a conversion would be tidy alone: a kernel-backed iterator, pages that move on or are only looked at. */
function evidence(file: FileContext, call: ApiCall): Evidence | undefined {
	const { verdict, evidence: shown } = judge(factsOf(file, call));
	return verdict === 'benefit' ? shown[0] : undefined;
}

function describe(file: FileContext, call: ApiCall): Report {
	const { name, nameRange } = call.call;
	const replacement = file.kernel.api(REPLACEMENT);
	if (!replacement?.signature) {
		const since = replacement?.record.signatures[0]?.since ?? '6.3';
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() takes plain references; ${REPLACEMENT}(), which pins user pages, was added in ${since} and is not in this tree`,
		};
	}
	const user = file.knownUser(call.fn?.name);
	if (user && user.verdict !== 'convert')
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() is deprecated; conversion to ${REPLACEMENT}() is cleanup here, not a bug fix`,
			related: [{ start: call.call.start, end: call.call.end, message: user.why }],
		};
	const found = user ? undefined : evidence(file, call);
	if (found)
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() is deprecated; conversion to ${REPLACEMENT}() is cleanup here, not a bug fix`,
			related: [{ start: found.start, end: found.end, message: found.text }],
		};
	return {
		...nameRange,
		message: `${name}() takes plain references for I/O; use ${REPLACEMENT}(), and unpin if iov_iter_extract_will_pin() returned true`,
	};
}

export const iovIterGetPages: Rule = {
	meta: {
		id: 'iov-iter-get-pages',
		title: 'Deprecated iov_iter_get_pages*() function',
		severity: 'warning',
		severityNote:
			'information before 6.3, where the tree has no replacement yet, and where a conversion is cleanup, not a bug fix',
		tags: ['deprecated'],
		needles: ['iov_iter_get_pages'],
		fix: 'none',
		versioned: true,
	},
	check(file, report) {
		for (const call of file.calls) if (NAMES.has(call.call.name) && call.api.signature) report(describe(file, call));
	},
};
