/** Values that several analyses share are lattices: joined in any order they are the same, and one more of them changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	type Derivation,
	type DerivationState,
	joinStates,
} from '../../../server/src/analysis/derived-values/state.js';
import { type Environment, equalEnvironments, joinEnvironments } from '../../../server/src/analysis/environment.js';
import {
	type Alternative,
	type FlagValue,
	joinValues as joinFlags,
	key,
	NOTHING,
} from '../../../server/src/analysis/flag-value.js';
import { commonReleases, type ReleasedPlaces } from '../../../server/src/analysis/ownership/released-places.js';
import {
	ANY,
	joinValues,
	merge,
	NEG,
	OwnershipState,
	POS,
	type Value,
	ZERO,
} from '../../../server/src/analysis/ownership/state.js';
import { common, contradict, difference, type PathConditions } from '../../../server/src/analysis/path-conditions.js';
import type { CallExpr } from '../../../server/src/syntax/ir.js';
import { canonical } from './laws.js';

const name = fc.constantFrom('a', 'b', 'c->d', 'e[]');

function mapOf<V>(value: fc.Arbitrary<V>): fc.Arbitrary<ReadonlyMap<string, V>> {
	return fc.array(fc.tuple(name, value), { maxLength: 4 }).map((entries) => new Map(entries));
}

function calls(start: number): CallExpr {
	const range = { start, end: start + 1 };
	return {
		...range,
		kind: 'call',
		callee: { ...range, kind: 'name', name: 'f' },
		name: 'f',
		nameRange: range,
		args: [],
		argsRange: range,
	};
}
const CALLS = [1, 2, 3].map(calls);

const conditions: fc.Arbitrary<PathConditions> = mapOf(fc.boolean());

const environment: fc.Arbitrary<Environment> = fc.record({
	facts: conditions,
	values: mapOf(fc.oneof(fc.integer({ min: -1, max: 1 }), fc.constantFrom('negative', 'positive', 'nonzero'))),
	names: mapOf(fc.constantFrom('current->mm', 'x', '&y')),
});

const alternative: fc.Arbitrary<Alternative> = fc.record({
	bits: fc
		.subarray(['FOLL_WRITE', 'FOLL_FORCE'])
		.map((names) => new Map(names.map((bit) => [bit, [{ start: 1, end: 2, fn: 'f' }]]))),
	open: fc.boolean(),
	number: fc.constantFrom(undefined, 0, 1),
	literals: fc.constant(NOTHING.literals),
	booleans: fc.constant(NOTHING.booleans),
	foreign: fc.constant(NOTHING.foreign),
	when: conditions,
});

/** No two alternatives of one value are the same. */
const flags: fc.Arbitrary<FlagValue> = fc.uniqueArray(alternative, { minLength: 1, maxLength: 3, selector: key });

const derivation: fc.Arbitrary<Derivation> = fc.record({
	kinds: fc.integer({ min: 1, max: 63 }),
	keys: fc.subarray(['struct region.pages', 'struct ctx.page']),
});

const derivations: fc.Arbitrary<DerivationState> = fc
	.record({ places: mapOf(derivation), held: fc.boolean(), result: fc.constantFrom(undefined, 'ret', 'got') })
	// where nothing is held, no result tells whether it is
	.map((state) => (state.held ? state : { ...state, result: undefined }));

const constant = fc.integer({ min: -4, max: 4 });

/** A value of an ownership state: constants and signs agree. */
const value: fc.Arbitrary<Value> = fc
	.record({
		numbers: fc.option(fc.uniqueArray(constant, { minLength: 1, maxLength: 8 }), { nil: undefined }),
		signs: fc.integer({ min: 1, max: ANY }),
		result: fc.constantFrom(undefined, '1', '2', '3'),
		copyOf: fc.constantFrom(undefined, 'x', 'y'),
		pagesOf: fc.constantFrom(undefined, 'len'),
		published: fc.constantFrom(undefined, true),
		frame: fc.constantFrom(undefined, true),
		fresh: fc.constantFrom(undefined, 'zeroed' as const, 'raw' as const, 'filled' as const),
		unknown: fc.constantFrom(undefined, true),
	})
	.map(({ numbers, ...rest }): Value => {
		const few = numbers && numbers.length <= 6 ? numbers.sort((a, b) => a - b) : undefined;
		const signs = numbers ? numbers.reduce((all, one) => all | (one < 0 ? NEG : one > 0 ? POS : ZERO), 0) : rest.signs;
		const form = rest.result && (rest.result === '1' ? ('whole' as const) : ('bytes' as const));
		return {
			...rest,
			form,
			signs,
			constant: few?.length === 1 ? few[0] : undefined,
			oneOf: few && few.length > 1 ? few : undefined,
		};
	});

const releases: fc.Arbitrary<ReleasedPlaces> = mapOf(
	fc.record({
		call: fc.constantFrom(...CALLS),
		count: fc.constantFrom(undefined, 'nr', '1'),
		kinds: fc.constant(new Set(['pin'])),
	}),
);

interface Lattice<V> {
	readonly made: fc.Arbitrary<V>;
	join(a: V, b: V): V;
	/** What two equal values share. */
	seen?(value: V): unknown;
}

function check<V>({ made, join, seen = (one) => one }: Lattice<V>): void {
	const text = (one: V): string => JSON.stringify(canonical(seen(one)));
	fc.assert(
		fc.property(made, made, made, (a, b, c) => {
			expect(text(join(a, a)), 'idempotent').toBe(text(a));
			expect(text(join(a, b)), 'commutative').toBe(text(join(b, a)));
			expect(text(join(join(a, b), c)), 'associative').toBe(text(join(a, join(b, c))));
			const ab = join(a, b);
			expect(text(join(ab, b)), 'absorbing').toBe(text(ab));
			// a join with more is no less: join(a, c) below join(join(a, b), c)
			const [less, more] = [join(a, c), join(ab, c)];
			expect(text(join(more, less)), 'monotone').toBe(text(more));
		}),
		{ numRuns: 500, seed: 1 },
	);
}

describe('lattices', () => {
	it('conditions of a path', () => check({ made: conditions, join: common }));
	it('environments', () => check({ made: environment, join: joinEnvironments }));
	it('values of flags', () =>
		check({
			made: flags,
			join: joinFlags,
			seen: (one) => one.map((alternative) => [key(alternative), alternative.when]),
		}));
	it('derived values', () => check({ made: derivations, join: joinStates }));
	it('values of ownership', () => check({ made: value, join: joinValues }));
	it('released places', () => check({ made: releases, join: commonReleases }));
});

it('environments are equal where one came from joining into the other and lost nothing', () => {
	fc.assert(
		fc.property(environment, environment, (a, b) => {
			const joined = joinEnvironments(a, b);
			expect(equalEnvironments(a, joined)).toBe(JSON.stringify(canonical(a)) === JSON.stringify(canonical(joined)));
		}),
	);
});

it('conditions of two paths are what both say and what each says beyond', () => {
	fc.assert(
		fc.property(conditions, conditions, (a, b) => {
			const both = common(a, b);
			expect(canonical(new Map([...both, ...difference(a, both)]))).toEqual(canonical(a));
			expect(contradict(both, a)).toBe(false);
			expect(contradict(a, b)).toBe(contradict(b, a));
		}),
	);
});

it('values of ownership grow a bounded number of times', () => {
	fc.assert(
		fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), (values) => {
			let changes = 0;
			values.reduce((joined, next) => {
				const now = joinValues(joined, next);
				if (now !== joined) changes++;
				return now;
			});
			expect(changes).toBeLessThan(20);
		}),
	);
});

describe('merged states of ownership', () => {
	const state: fc.Arbitrary<OwnershipState> = fc
		.record({ values: mapOf(value), facts: conditions, released: releases, freed: mapOf(fc.constantFrom(...CALLS)) })
		.map((parts) => {
			const made = new OwnershipState();
			for (const [place, held] of parts.values) made.values.set(place, held);
			made.facts = parts.facts;
			made.released = parts.released;
			for (const [place, call] of parts.freed) made.freed.set(place, call);
			return made;
		});

	it('are the old one where nothing is new', () => {
		fc.assert(
			fc.property(state, state, (a, b) => {
				expect(merge(a, a)).toBe(a);
				const once = merge(a, b);
				expect(merge(once, b)).toBe(once);
			}),
		);
	});

	it('know nothing that one of them does not', () => {
		fc.assert(
			fc.property(state, state, (a, b) => {
				const { facts, values, released } = merge(a, b);
				expect(contradict(facts, a.facts) || contradict(facts, b.facts)).toBe(false);
				for (const place of released.keys()) expect(a.released.has(place) && b.released.has(place)).toBe(true);
				for (const [place, { signs }] of values) {
					const all = (a.values.get(place)?.signs ?? ANY) | (b.values.get(place)?.signs ?? ANY);
					expect(signs & all).toBe(all);
				}
			}),
		);
	});
});
