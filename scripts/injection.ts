import type { ApiRecord, FlagRecord, Group } from '../server/src/kernel/types.js';

/** What a call does, as the last but one part of its scope says it. */
const kinds: Readonly<Record<Group, 'get' | 'pin' | 'release' | 'iter'>> = {
	get: 'get',
	walk: 'get',
	pin: 'pin',
	helper: 'pin',
	release: 'release',
	dirty: 'release',
	'iov-iter': 'iter',
	extract: 'iter',
};

/** The TextMate grammar injected into C: flags and calls of the family, of every kernel version. */
export function injectionOf(apis: readonly ApiRecord[], flags: readonly FlagRecord[]): object {
	const calls = [...new Set(Object.values(kinds))].map((kind) => ({
		name: `support.function.gup.${kind}.gup-lens`,
		match: `\\b(?:${names(apis.filter(({ group }) => kinds[group] === kind))})\\b(?=\\s*\\()`,
	}));
	return {
		scopeName: 'gup-lens.injection',
		injectionSelector: 'L:source.c -comment -string, L:source.cpp -comment -string',
		patterns: [
			// Themes that know nothing of constant.other colour it as the constant it is.
			{
				name: 'variable.other.constant.gup-lens constant.other.foll.gup-lens',
				match: `\\b(?:${names(flags)})\\b`,
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
