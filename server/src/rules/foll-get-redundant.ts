import type { FileContext } from '../analysis/context.js';
import { isNull } from '../analysis/walk.js';
import { failedChecks } from '../kernel/checks.js';
import { atFlag, removal, writtenFlags } from './flag-rule.js';
import type { Rule } from './rule.js';

/** Some kernels refuse the flag in the fast variants: that is for foll-flags-rejected. */
function isRefused(file: FileContext, api: string): boolean {
	return failedChecks(api, file.kernel.release, new Set(['FOLL_GET'])).length > 0;
}

export const follGetRedundant: Rule = {
	meta: {
		id: 'foll-get-redundant',
		title: 'FOLL_GET passed where it is implied',
		severity: 'hint',
		tags: ['unnecessary'],
		needles: ['FOLL_GET'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		if (file.area === 'mm') return;
		const takes = writtenFlags(file, ['FOLL_GET'], (call) => {
			const pages = call.arg('pages');
			return call.api.record.group === 'get' && !(pages && isNull(pages)) && !isRefused(file, call.call.name);
		});
		for (const written of takes)
			report(
				atFlag(
					written,
					`{flag} is implied: ${written.call.call.name}() always takes a reference on each page; drop it`,
					{
						fixes: removal(file, written, true),
					},
				),
			);
	},
};
