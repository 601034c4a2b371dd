import type { ApiCall, FileContext } from '../analysis/context.js';
import type { CallExpr } from '../syntax/ir.js';
import { ends, mismatches, releaser, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

/** A pin of a folio (memfd_pin_folios) is given back by unpin_folio, a user pin by unpin_user_*. */
function replacement(
	release: CallExpr,
	taken: readonly ApiCall[],
): { readonly name: string; readonly tail: string } | undefined {
	const folioPins = taken.every((call) => call.call.name === 'memfd_pin_folios');
	switch (release.name) {
		case 'put_page':
			return folioPins ? undefined : { name: 'unpin_user_page', tail: '' };
		case 'release_pages':
			return folioPins ? { name: 'unpin_folios', tail: '' } : { name: 'unpin_user_pages', tail: '' };
		case 'folio_put':
			return folioPins ? { name: 'unpin_folio', tail: '' } : { name: 'unpin_user_folio', tail: ', 1' };
		default:
			return undefined;
	}
}

function swap(file: FileContext, release: CallExpr, taken: readonly ApiCall[]): readonly Fix[] {
	const by = replacement(release, taken);
	if (!by || !file.kernel.api(by.name)?.signature) return [];
	const close = release.argsRange.end - 1;
	const edits = [
		{ ...release.nameRange, text: by.name },
		...(by.tail ? [{ start: close, end: close, text: by.tail }] : []),
	];
	return [{ title: `Replace ${release.name} by ${by.name}`, safe: true, edits }];
}

export const pinPutPage: Rule = {
	meta: {
		id: 'pin-put-page',
		title: 'Pinned pages released as plain references',
		severity: 'error',
		since: '5.6',
		needles: ['pin_user_page', 'memfd_pin_folios'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		for (const wrong of mismatches(file, 'pin', 'reference')) {
			const { release, via, place, taken, across } = wrong;
			const by = replacement(release, taken)?.name;
			const right = by && file.kernel.api(by)?.signature ? `${by}()` : 'unpin_user_page()';
			report({
				...(via ?? release).nameRange,
				message: `${place}: pinned by ${takers(taken)}, but ${releaser(wrong)} drops a plain reference: the pin leaks and the count goes wrong silently; use ${right}`,
				related: ends(wrong, `${place} is pinned here`),
				fixes: swap(file, release, taken).map((fix) => ({ ...fix, safe: !across })),
			});
		}
	},
};
