import { named, related, taken } from './path.js';
import type { Rule } from './rule.js';

const WHY = {
	short: 'releases the number asked for although fewer were obtained on this path',
	failed: 'releases the number asked for although the call obtained nothing on this path',
	negative: 'gets the number returned although that may be a negative errno here and it would walk past the array',
} as const;

export const gupReleaseOverrun: Rule = {
	meta: {
		id: 'gup-release-overrun',
		title: 'More pages released than were obtained',
		severity: 'error',
		needles: ['get_user_pages', 'pin_user_pages', 'iov_iter_get_pages', 'iov_iter_extract_pages'],
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const seen = new Set<number>();
		for (const { event } of file.ownership.events) {
			if (event.kind !== 'overrun' || seen.has(event.release.start)) continue;
			seen.add(event.release.start);
			const { holding, release, why, state } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: ${taken(holding)}, then ${release.name}() ${WHY[why]}; release only what the call returned, when that is above 0`,
				related: related(file, state, holding),
			});
		}
	},
};
