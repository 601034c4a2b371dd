import { ownershipOf } from '../analysis/ownership/ownership.js';
import { acquires, wordsOf } from '../kernel/acquiring.js';
import { named, related, testsOf } from './path.js';
import type { Rule } from './rule.js';

/** What the second release does to pages held as one of these kinds. */
function again(...kinds: readonly string[]): string {
	if (kinds.includes('region')) return 'frees the region again';
	return `drops a ${kinds.includes('pin') ? 'pin' : 'reference'} this code does not own`;
}

export const gupDoubleRelease: Rule = {
	meta: {
		id: 'gup-double-release',
		title: 'Pages released twice on a path',
		severity: 'error',
		needles: wordsOf(acquires),
		fix: 'none',
		versioned: false,
	},
	check(file, report) {
		const seen = new Set<number>();
		for (const { event } of ownershipOf(file).events) {
			if (event.kind !== 'double' || seen.has(event.release.start)) continue;
			seen.add(event.release.start);
			const { holding, release, state } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: already released by ${holding.released?.name}() on this path; the second release ${again(holding.kind)}; release ${holding.single ? 'it' : 'them'} once`,
				related: related(file, state, holding),
			});
		}
		for (const { place, first, release, inner, kinds, state } of ownershipOf(file).repeated) {
			// of plain references an object may have several, but for those of a field that are taken in this file
			const own =
				kinds.has('pin') ||
				kinds.has('region') ||
				ownershipOf(file).fields.some(({ releases }) => releases.some(({ call }) => call === inner));
			if (!own || seen.has(release.start)) continue;
			seen.add(release.start);
			report({
				...release.nameRange,
				message: `${place}: already released by ${first.name}() on this path; the second release ${again(...kinds)}; release once`,
				related: [{ ...first.nameRange, message: `${place}: released here` }, ...testsOf(file, state, first.start)],
			});
		}
	},
};
