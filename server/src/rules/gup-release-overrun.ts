import { named, related, testsOf } from './path.js';
import type { Rule } from './rule.js';

/** What each release does wrong, and what to do instead. */
const WHY = {
	short: (taking: string, release: string) =>
		`short return on this path, but ${release}() releases the number requested; release only what ${taking}() returned`,
	failed: (taking: string, release: string) =>
		`no pages obtained on this path, but ${release}() releases the number requested; release only what ${taking}() returned`,
	negative: (taking: string, release: string) =>
		`${taking}() may return an errno here, and ${release}() would walk past the array; release only a positive count`,
	nothing: (taking: string, release: string) =>
		`${taking}() obtained no page on this path, but ${release}() releases it anyway; release it only if the call returned 1`,
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
			if ((event.kind !== 'overrun' && event.kind !== 'untaken') || seen.has(event.release.start)) continue;
			seen.add(event.release.start);
			const { release, state } = event;
			if (event.kind === 'untaken') {
				const { place, taking } = event;
				report({
					...release.nameRange,
					message: `${place}: ${release.name}() runs before ${taking.name}() has stored anything here, so it releases uninitialized pointers; jump to a later label`,
					related: [
						...testsOf(file, state),
						{ ...taking.nameRange, message: `${place}: pages are acquired only here` },
					],
				});
				continue;
			}
			const { holding, why } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: ${WHY[why](holding.taking.call.name, release.name)}`,
				related: related(file, state, holding),
			});
		}
	},
};
