import type { FileContext } from '../analysis/context.js';
import { fallbackReleases } from '../analysis/fallback-elements.js';
import type { CallExpr } from '../syntax/ir.js';
import { type Counterpart, counterpartOf, ends, mismatches, releaser, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

function swap(release: CallExpr, by: Counterpart | undefined): readonly Fix[] {
	if (!by || by.addsCount) return [];
	const { name } = by;
	return [{ title: `Replace ${release.name} with ${name}`, safe: true, edits: [{ ...release.nameRange, text: name }] }];
}

/** From 5.2 to 5.5 put_user_page* paired with get_user_pages*; 5.6 gave them their new name and meaning. */
function pairsWithGet(file: FileContext, name: string): boolean {
	return name.startsWith('put_user_page') && !file.kernel.atLeast('5.6');
}

export const getUnpinPage: Rule = {
	meta: {
		id: 'get-unpin-page',
		title: 'Plain references released as pins',
		severity: 'error',
		needles: ['unpin_', 'put_user_page'],
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		for (const wrong of mismatches(file, 'reference', 'pin')) {
			const { release, via, place, taken, across } = wrong;
			if (pairsWithGet(file, release.name)) continue;
			const by = counterpartOf(file, release, taken);
			const right = `use ${by?.name ?? 'put_page'}()`;
			const twin = taken.length === 1 ? taken[0]?.api.record.successor : undefined;
			report({
				...(via ?? release).nameRange,
				message: `${place}: referenced by ${takers(taken)}, but ${releaser(wrong)} drops a pin and corrupts the refcount; ${right}${twin ? ` or ${twin}()` : ''}`,
				related: ends(wrong, 'plain references acquired here'),
				fixes: swap(release, by).map((fix) => ({ ...fix, safe: !across })),
			});
		}
		for (const fn of file.ir.functions)
			for (const { release, place, pin, reference } of fallbackReleases(file, fn))
				report({
					...release.nameRange,
					message: `${place}: ${release.name}() also unpins pages that were only referenced by ${reference.name}(), which corrupts their refcount; put_page() those`,
					related: [
						{ ...pin.call.nameRange, message: 'pages pinned here' },
						{ ...reference.nameRange, message: 'plain reference acquired here' },
					],
				});
	},
};
