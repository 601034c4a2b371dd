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
			message: `${name}() takes plain references; its replacement ${REPLACEMENT}(), which pins user pages, comes with ${since}: this tree has none yet`,
		};
	}
	const user = file.knownUser(call.fn?.name);
	if (user && user.verdict !== 'convert')
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() takes plain references and is on its way out; here the conversion to ${REPLACEMENT}() would retire it, not fix a bug: ${user.why}`,
		};
	const found = user ? undefined : evidence(file, call);
	if (found)
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() takes plain references and is on its way out; here ${found.text}, so a conversion to ${REPLACEMENT}() is tidy, not a fix`,
			related: [{ start: found.start, end: found.end, message: 'seen here' }],
		};
	return {
		...nameRange,
		message: `${name}() takes plain references on pages whose contents are read or written by I/O; use ${REPLACEMENT}(), which pins user pages, and unpin them when iov_iter_extract_will_pin()`,
	};
}

export const iovIterGetPages: Rule = {
	meta: {
		id: 'iov-iter-get-pages',
		title: 'Deprecated iov_iter_get_pages2 and its kin',
		severity: 'warning',
		severityNote:
			'information before 6.3, where the tree has no replacement yet, and where a conversion would be tidy but no fix',
		tags: ['deprecated'],
		needles: ['iov_iter_get_pages'],
		fix: 'none',
		versioned: true,
	},
	check(file, report) {
		for (const call of file.calls) if (NAMES.has(call.call.name) && call.api.signature) report(describe(file, call));
	},
};
