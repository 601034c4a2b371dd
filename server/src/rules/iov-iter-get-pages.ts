import type { ApiCall, FileContext } from '../analysis/context.js';
import { kernelBacked, movedPages } from '../analysis/iterators.js';
import type { FunctionIR } from '../syntax/ir.js';
import type { Report, Rule } from './rule.js';

const NAMES = new Set([
	'iov_iter_get_pages2',
	'iov_iter_get_pages_alloc2',
	'iov_iter_get_pages',
	'iov_iter_get_pages_alloc',
]);
const REPLACEMENT = 'iov_iter_extract_pages';

interface Evidence {
	readonly why: string;
	readonly at: { readonly start: number; readonly end: number };
}

/** What this function itself shows: a kernel-backed iterator, or pages that move to an owner who puts them. */
function evidence(fn: FunctionIR, call: ApiCall): Evidence | undefined {
	const made = kernelBacked(fn, call);
	if (made)
		return { why: `the iterator is kernel-backed (${made.name}), so no user page is taken`, at: made.nameRange };
	const move = movedPages(fn, call);
	return move && { why: `the pages move into ${move.owner}, whose owner puts them`, at: move.at };
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
	const found = user || !call.fn ? undefined : evidence(call.fn, call);
	if (found)
		return {
			...nameRange,
			tags: [],
			severity: 'information',
			message: `${name}() takes plain references and is on its way out; here ${found.why}, so a conversion to ${REPLACEMENT}() is tidy, not a fix`,
			related: [{ ...found.at, message: 'seen here' }],
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
