import type { FileContext } from '../analysis/context.js';
import { fallbackReleases } from '../analysis/fallback-elements.js';
import type { CallExpr } from '../syntax/ir.js';
import { type Counterpart, counterpartOf, ends, mismatches, releaser, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

function swap(release: CallExpr, by: Counterpart | undefined): readonly Fix[] {
	if (!by || by.addsCount) return [];
	const { name } = by;
	return [{ title: `Replace ${release.name} by ${name}`, safe: true, edits: [{ ...release.nameRange, text: name }] }];
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
			const right = `release with ${by?.name ?? 'put_page'}()`;
			const twin = taken.length === 1 ? taken[0]?.api.record.successor : undefined;
			report({
				...(via ?? release).nameRange,
				message: `${place}: plain references from ${takers(taken)}, but ${releaser(wrong)} gives back pins that were never taken; ${right}${twin ? `, or take them with ${twin}()` : ''}`,
				related: ends(wrong, 'plain references are taken here'),
				fixes: swap(release, by).map((fix) => ({ ...fix, safe: !across })),
			});
		}
		for (const fn of file.ir.functions)
			for (const { release, place, pin, reference } of fallbackReleases(file, fn))
				report({
					...release.nameRange,
					message: `${place}: filled by ${pin.call.name}(), but also with pages that ${reference.name}() took a plain reference on, and ${release.name}() releases those as pins that were never taken; unpin what was pinned, and put_page() the others`,
					related: [
						{ ...pin.call.nameRange, message: 'pages are pinned here' },
						{ ...reference.nameRange, message: 'a plain reference is taken here' },
					],
				});
	},
};
