import type { ApiCall } from '../analysis/context.js';
import { reachesFurther } from './foll-get-for-dma.js';
import { inFunction, pathOf, pinning, sitesOf } from './page-use.js';
import type { Rule } from './rule.js';

/** On some path the caller asks for pages it may write. */
function mayWrite({ flags }: ApiCall): boolean {
	return (
		flags === undefined || flags.some((value) => value.bits.has('FOLL_WRITE') || value.open || (value.number ?? 0) & 1)
	);
}

export const follGetForWrite: Rule = {
	meta: {
		id: 'foll-get-for-write',
		title: 'The CPU writes through plain references',
		severity: 'information',
		since: '5.6',
		needles: ['get_user_page'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		if (!file.kernel.atLeast('5.6')) return;
		for (const site of sitesOf(file, 'get', mayWrite)) {
			const use = site.uses.uses.find(({ kind }) => kind === 'write');
			// what a device reaches, or an object keeps, is another rule's finding
			if (!use || site.uses.core || reachesFurther(site)) continue;
			const { call } = site.call;
			report({
				...call.nameRange,
				message: `${site.name}: ${call.name}() takes plain references (FOLL_GET), but ${use.text}${inFunction(site, use)}: the store can be lost to writeback or fork; use ${pinning(file, site.call, false)}() and unpin_user_pages_dirty_lock()`,
				related: pathOf(site, use, ['write', 'released']),
			});
		}
	},
};
