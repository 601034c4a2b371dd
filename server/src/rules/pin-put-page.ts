import { wordsOf } from '../kernel/acquiring.js';
import type { CallExpr } from '../syntax/ir.js';
import { type Counterpart, counterpartOf, ends, type Mismatch, mismatches, releaser, takers } from './release-kind.js';
import type { Fix, Rule } from './rule.js';

function swap(release: CallExpr, by: Counterpart | undefined): readonly Fix[] {
	if (!by) return [];
	const close = release.argsRange.end - 1;
	const edits = [
		{ ...release.nameRange, text: by.name },
		...(by.addsCount ? [{ start: close, end: close, text: ', 1' }] : []),
	];
	return [{ title: `Replace ${release.name} with ${by.name}`, safe: true, edits }];
}

/** Pages that are extracted have a pin or nothing: a reference is never theirs. */
function extracted({ place, taken, ...wrong }: Mismatch, right: string): string {
	return `${place}: ${releaser({ place, taken, ...wrong })} drops a reference that ${takers(taken)} never took; use ${right}() if iov_iter_extract_will_pin() returned true`;
}

export const pinPutPage: Rule = {
	meta: {
		id: 'pin-put-page',
		title: 'Pinned pages released as plain references',
		severity: 'error',
		since: '5.6',
		needles: wordsOf(({ takes, group }) => (takes === 'pin' && group === 'pin') || takes === 'extracted'),
		fix: 'safe',
		versioned: false,
	},
	check(file, report) {
		for (const wrong of mismatches(file, 'pin', 'reference')) {
			const { release, via, place, taken, across } = wrong;
			const by = counterpartOf(file, release, taken);
			const right = by?.name ?? taken[0]?.api.record.releasedBy[0] ?? 'unpin_user_page';
			report({
				...(via ?? release).nameRange,
				message: `${place}: pinned by ${takers(taken)}, but ${releaser(wrong)} leaks the pin and silently corrupts the refcount; use ${right}()`,
				related: ends(wrong, `${place}: pinned here`),
				fixes: swap(release, by).map((fix) => ({ ...fix, safe: !across })),
			});
		}
		for (const wrong of mismatches(file, 'extracted', 'reference')) {
			const { release, via, place, taken } = wrong;
			const right = counterpartOf(file, release, taken)?.name ?? 'unpin_user_page';
			report({
				...(via ?? release).nameRange,
				message: extracted(wrong, right),
				related: ends(wrong, `${place}: extracted here`),
			});
		}
	},
};
