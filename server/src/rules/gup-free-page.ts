import { PAGE_FREES } from '../kernel/function-models.js';
import type { CallExpr } from '../syntax/ir.js';
import { freedPages, type Mismatch, releasesOf, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

/** What releases one page of each kind. */
const RIGHT: Readonly<Record<string, string>> = { reference: 'put_page', pin: 'unpin_user_page' };

function swap(release: CallExpr, { kind }: Mismatch): readonly Fix[] {
	const name = RIGHT[kind];
	if (!name || release.args.length !== 1) return [];
	return [{ title: `Replace ${release.name} with ${name}`, safe: true, edits: [{ ...release.nameRange, text: name }] }];
}

export const gupFreePage: Rule = {
	meta: {
		id: 'gup-free-page',
		title: 'User page freed as if the driver had allocated it',
		severity: 'error',
		needles: ['free_page', 'free_unref_page'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		const here = releasesOf(file, ['reference', 'pin'], (call) => PAGE_FREES.has(call.name));
		const seen = new Set(here.map(({ release }) => release.start));
		const others = freedPages(file).filter(({ release: { start } }) => !seen.has(start) && seen.add(start));
		for (const found of [...here, ...others]) {
			const { release, place, kind, taken } = found;
			report({
				...release.nameRange,
				message: `${place}: user page from ${takers(taken)}, but ${release.name}() is for pages the driver allocated and bypasses put_page() handling; use ${RIGHT[kind]}()`,
				related: taken.map((call) => ({ ...call.call.nameRange, message: `${place}: acquired here` })),
				fixes: swap(release, found).map((fix) => ({ ...fix, safe: !found.onSomePaths })),
			});
		}
	},
};
