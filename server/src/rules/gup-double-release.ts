import { acquires, wordsOf } from '../kernel/acquiring.js';
import { named, related, taken, testsOf } from './path.js';
import type { Rule } from './rule.js';

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
		for (const { event } of file.ownership.events) {
			if (event.kind !== 'double' || seen.has(event.release.start)) continue;
			seen.add(event.release.start);
			const { holding, release, state } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: ${taken(holding)} once, but this path comes here after ${holding.released?.name}() has released them: the second release takes somebody else's reference; release them on one of the two`,
				related: related(file, state, holding),
			});
		}
		for (const { place, first, release, inner, kinds, state } of file.ownership.repeated) {
			// of plain references an object may have several, but for those of a field that are taken in this file
			const own =
				kinds.has('pin') || file.ownership.fields.some(({ releases }) => releases.some(({ call }) => call === inner));
			if (!own || seen.has(release.start)) continue;
			seen.add(release.start);
			report({
				...release.nameRange,
				message: `${place}: ${first.name}() has released these pages on this path and nothing is stored there since, but ${release.name}() releases them again: the second release takes somebody else's reference; release them on one of the two`,
				related: [{ ...first.nameRange, message: `${place}: released here` }, ...testsOf(file, state, first.start)],
			});
		}
	},
};
