import type { ApiCall } from '../analysis/context.js';
import { reachesFurther } from './foll-get-for-dma.js';
import { pathOf, pinning, sitesOf } from './page-use.js';
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
		title: 'CPU writes through plain references',
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
				message: `${site.name}: plain references, but ${use.text}; writeback or fork() may lose the store; use ${pinning(file, site.call, false)}()`,
				related: pathOf(site, use, ['write', 'released']),
			});
		}
	},
};
