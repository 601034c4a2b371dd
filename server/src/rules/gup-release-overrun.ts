import { fillsArray, wordsOf } from '../kernel/acquiring.js';
import { named, related, taken, testsOf } from './path.js';
import type { Rule } from './rule.js';

const WHY = {
	short: 'releases the number asked for although fewer were obtained on this path',
	failed: 'releases the number asked for although the call obtained nothing on this path',
	negative: 'gets the number returned although that may be a negative errno here and it would walk past the array',
	sum: 'releases the number of two parts of the array although the call for the other part did not obtain all of it on this path',
	entry: 'releases one entry more than there are: the call obtained nothing for the last one on this path',
	nothing: 'releases it although the call obtained nothing on this path',
} as const;

/** What is right instead. */
function right(why: keyof typeof WHY): string {
	if (why === 'entry') return 'release only the entries of the passes before';
	if (why === 'sum') return 'count the second part only once it is there';
	return why === 'nothing'
		? 'release it only when the call returned 1'
		: 'release only what the call returned, when that is above 0';
}

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
		for (const { event } of file.ownership.events) {
			if ((event.kind !== 'overrun' && event.kind !== 'untaken') || seen.has(event.release.start)) continue;
			seen.add(event.release.start);
			const { release, state } = event;
			if (event.kind === 'untaken') {
				const { place, taking } = event;
				report({
					...release.nameRange,
					message: `${place}: this path comes to ${release.name}() before ${taking.name}() has taken any page into it: what it releases was never set; leave by a label behind the release`,
					related: [...testsOf(file, state), { ...taking.nameRange, message: `${place}: pages are taken only here` }],
				});
				continue;
			}
			const { holding, why } = event;
			report({
				...release.nameRange,
				message: `${named(holding)}: ${taken(holding)}, then ${release.name}() ${WHY[why]}; ${right(why)}`,
				related: related(file, state, holding),
			});
		}
	},
};
