import type { ApiCall, FileContext } from '../analysis/context.js';
import { holderPlace } from '../analysis/holders.js';
import type { FunctionIR } from '../syntax/ir.js';
import type { Report, Rule } from './rule.js';

const NAMES = new Set([
	'iov_iter_get_pages2',
	'iov_iter_get_pages_alloc2',
	'iov_iter_get_pages',
	'iov_iter_get_pages_alloc',
]);
const REPLACEMENT = 'iov_iter_extract_pages';

/** Functions that make an iterator over kernel memory. */
const KERNEL_BACKED = /^iov_iter_(?:xarray|bvec|kvec|folio_queue)$/;
/** Functions that store a page where generic code puts it later. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
	[
		/^(?:__)?skb_(?:fill_page_desc|frag_fill_page|frag_set_page|add_rx_frag)|^skb_append_pagefrags$|^skb_zcopy/,
		'skb fragments',
	],
	[/^add_to_pipe$|^splice_to_pipe$/, 'pipe buffers'],
	[/^sk_msg_page_add$|^sk_msg_(?:alloc|full|elem)/, 'a message scatterlist'],
];

interface Evidence {
	readonly why: string;
	readonly at: { readonly start: number; readonly end: number };
}

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

/** What this function itself shows: a kernel-backed iterator, or pages that move to an owner who puts them. */
function evidence(fn: FunctionIR, call: ApiCall): Evidence | undefined {
	const iter = call.arg('iter');
	const place = iter && holderPlace(iter, NO_ALIASES);
	for (const other of fn.calls) {
		const made = KERNEL_BACKED.test(other.name) && other.args[0] ? holderPlace(other.args[0], NO_ALIASES) : undefined;
		if (made && made === place)
			return { why: `the iterator is kernel-backed (${other.name}), so no user page is taken`, at: other.nameRange };
		const owner = OWNERS.find(([name]) => name.test(other.name));
		if (owner) return { why: `the pages move into ${owner[1]}, whose owner puts them`, at: other.nameRange };
	}
	return undefined;
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
			message: `${name}() takes plain references where I/O needs pins; its replacement ${REPLACEMENT}() comes with ${since}, this tree has none yet`,
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
