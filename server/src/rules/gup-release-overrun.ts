import { ownershipOf } from '../analysis/ownership/ownership.js';
import { fillsArray, wordsOf } from '../kernel/acquiring.js';
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
	warned: (taking: string, release: string) =>
		`${taking}() may return an errno here, and ${release}() must not get one (WARN_ON() since 5.10); release only a positive count`,
	sum: (taking: string, release: string) =>
		`short return of ${taking}() for the other part, but ${release}() releases both; count the second part once it is there`,
	entry: (_taking: string, release: string) =>
		`no page obtained for the last entry on this path, but ${release}() releases it; release only the entries of the passes before`,
	nothing: (taking: string, release: string) =>
		`${taking}() obtained no page on this path, but ${release}() releases it anyway; release it only if the call returned 1`,
} as const;

export const gupReleaseOverrun: Rule = {
	meta: {
		id: 'gup-release-overrun',
		title: 'More pages released than were obtained',
		severity: 'error',
		needles: wordsOf(fillsArray),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const seen = new Set<number>();
		for (const { event } of ownershipOf(file).events) {
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
				message: `${named(holding)}: ${WHY[why](holding.acquire.call.name, release.name)}`,
				related: related(file, state, holding),
			});
		}
	},
};
