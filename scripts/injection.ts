import type { ApiRecord, FlagRecord, Group } from '../server/src/kernel/types.js';

type Kind = 'get' | 'pin' | 'release' | 'iter';

/** What a call does, as the last but one part of its scope says it; helpers say it by what they take. */
const kinds: Readonly<Record<Exclude<Group, 'helper'>, Kind>> = {
	get: 'get',
	walk: 'get',
	pin: 'pin',
	release: 'release',
	dirty: 'release',
	'iov-iter': 'iter',
	extract: 'iter',
};

function kindOf({ group, takes }: ApiRecord): Kind {
	if (group !== 'helper') return kinds[group];
	if (takes === 'region' || takes === 'iova') return 'pin';
	return takes === 'reference' ? 'get' : 'iter';
}

/** The TextMate grammar injected into C: flags and calls of the family, of every kernel version. */
export function injectionOf(apis: readonly ApiRecord[], flags: readonly FlagRecord[]): object {
	// What is called all over the kernel keeps the colour it has there.
	const own = apis.filter(({ everyday }) => !everyday);
	const calls = [...new Set(Object.values(kinds))].map((kind) => ({
		// The C++ grammar's calls begin with the space before them: a match that begins later would lose.
		match: `\\s*\\b(${names(own.filter((api) => kindOf(api) === kind))})\\b(?=\\s*\\()`,
		captures: { 1: { name: `support.function.gup.${kind}.gup-lens` } },
	}));
	return {
		scopeName: 'gup-lens.injection',
		injectionSelector: 'L:source.c -comment -string, L:source.cpp -comment -string',
		patterns: [
			// Themes that know nothing of constant.other colour it as the constant it is.
			{
				match: `\\b(${names(flags)})\\b`,
				captures: { 1: { name: 'variable.other.constant.gup-lens constant.other.foll.gup-lens' } },
			},
			...calls,
		],
	};
}

function names(records: readonly { readonly name: string }[]): string {
	return records
		.map(({ name }) => name)
		.sort()
		.join('|');
}
