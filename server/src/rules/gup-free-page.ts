import { PAGE_FREES } from '../kernel/callees.js';
import type { CallExpr } from '../syntax/ir.js';
import { freedFields, type Mismatch, releasesOf, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

/** What gives back one page of each kind. */
const RIGHT: Readonly<Record<string, string>> = { reference: 'put_page', pin: 'unpin_user_page' };

function swap(release: CallExpr, { kind }: Mismatch): readonly Fix[] {
	const name = RIGHT[kind];
	if (!name || release.args.length !== 1) return [];
	return [{ title: `Replace ${release.name} by ${name}`, safe: true, edits: [{ ...release.nameRange, text: name }] }];
}

export const gupFreePage: Rule = {
	meta: {
		id: 'gup-free-page',
		title: 'Page of user space freed as if it were allocated here',
		severity: 'error',
		needles: ['free_page', 'free_unref_page'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		const here = releasesOf(file, ['reference', 'pin'], (call) => PAGE_FREES.has(call.name));
		const fields = freedFields(file).filter(({ release }) => !here.some((found) => found.release === release));
		for (const found of [...here, ...fields]) {
			const { release, place, kind, taken } = found;
			report({
				...release.nameRange,
				message: `${place}: taken from user space by ${takers(taken)}, but ${release.name}() is for pages the driver allocated itself: it leaves out what ${RIGHT[kind]}() does for pages of user space; use ${RIGHT[kind]}()`,
				related: taken.map((call) => ({ ...call.call.nameRange, message: `${place} is taken here` })),
				fixes: swap(release, found),
			});
		}
	},
};
