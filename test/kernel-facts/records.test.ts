import { describe, expect, it } from 'vitest';
import { fillsArray } from '../../server/src/kernel/acquiring.js';
import { API_RECORDS } from '../../server/src/kernel/apis/index.js';
import { PIN_CASES } from '../../server/src/kernel/cases.js';
import { FLAG_RECORDS } from '../../server/src/kernel/flags.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { compareReleases } from '../../server/src/kernel/releases.js';
import type { Release, Role } from '../../server/src/kernel/types.js';
import { words } from '../../server/src/kernel/words.js';

interface Span {
	readonly since: Release;
	readonly until?: Release;
}

function expectDisjoint(name: string, spans: readonly Span[]): void {
	spans.forEach((span, i) => {
		if (span.until) expect(compareReleases(span.since, span.until), name).toBeLessThan(0);
		const next = spans[i + 1];
		if (next) expect(compareReleases(span.until ?? '999.0', next.since), name).toBeLessThanOrEqual(0);
	});
}

describe.each(API_RECORDS)('$name', (record) => {
	it('has signatures that follow each other, each with its source', () => {
		expect(record.signatures.length).toBeGreaterThan(0);
		expectDisjoint(record.name, record.signatures);
		for (const signature of record.signatures)
			expect(signature.source).toMatch(/^(include|mm|block)\/\S+, (read in|from public history)/);
	});

	it('names only functions the table knows', () => {
		const names = new Set(API_RECORDS.map(({ name }) => name));
		const { releasedBy, successor, renamedTo } = record;
		for (const name of [...releasedBy, successor, renamedTo?.name]) if (name) expect(names).toContain(name);
		for (const number of record.cases) expect(PIN_CASES.map((entry) => entry.number)).toContain(number);
	});

	it('gives back what it takes, in every kernel that has it', () => {
		if (record.takes === 'none' || record.group === 'release' || record.group === 'dirty') return;
		// The bio or skb owns what these helpers take.
		if (record.group === 'helper' && record.everyday) return;
		for (const { since } of record.signatures) {
			const kernel = kernelFor(since);
			expect(
				record.releasedBy.some((name) => kernel.api(name)?.signature),
				`${record.name} in ${since}`,
			).toBe(true);
		}
	});

	it('is found by the words, unless all of the kernel uses it', () => {
		if (!record.everyday) expect(words.some((word) => record.name.includes(word))).toBe(true);
	});

	it('says how many an array has room for', () => {
		if (!fillsArray(record) || !/^(?:pages|bytes)$/.test(record.meaning)) return;
		for (const { params } of record.signatures)
			expect(params.some(({ role }) => /^(?:count|maxsize)$/.test(role))).toBe(true);
	});

	it('ends its sentences', () => {
		for (const text of [record.summary, record.returns, record.locking]) expect(text).toMatch(/^\S.*\.$/s);
	});
});

describe.each(FLAG_RECORDS)('$name', (record) => {
	it('has one value at a time', () => {
		expectDisjoint(record.name, record.spans);
		for (const span of record.spans) expect(Number.isInteger(Math.log2(span.value))).toBe(true);
	});
});

it('gives no two flags of one kernel the same value', () => {
	for (const version of ['4.19', '5.4', '5.10', '5.15', '6.1', '6.3', '6.6', '6.12', '7.1', '7.3']) {
		const values = kernelFor(version)
			.flags()
			.map((flag) => flag.span?.value);
		expect(new Set(values).size, version).toBe(values.length);
	}
});

/** Positions as the fact sheet of the family states them: N pages asked for, F flags, P array, L locked. */
const POSITIONS: readonly (readonly [version: string, name: string, positions: Partial<Record<Role, number>>])[] = [
	['4.19', 'get_user_pages_fast', { count: 1, write: 2, pages: 3, flags: -1 }],
	['4.19', 'get_user_pages_remote', { task: 0, mm: 1, start: 2, count: 3, flags: 4, pages: 5, vmas: 6, locked: 7 }],
	['5.4', 'get_user_pages_fast', { count: 1, write: -1, flags: 2, pages: 3 }],
	['5.4', '__get_user_pages_fast', { count: 1, write: 2, pages: 3 }],
	['5.4', 'get_user_pages_locked', { count: 1, flags: 2, pages: 3, locked: 4 }],
	['6.1', 'get_user_pages', { count: 1, flags: 2, pages: 3, vmas: 4 }],
	['6.1', 'get_user_pages_remote', { mm: 0, count: 2, flags: 3, pages: 4, vmas: 5, locked: 6 }],
	['6.1', 'get_user_pages_unlocked', { count: 1, pages: 2, flags: 3 }],
	['6.1', 'pin_user_pages', { count: 1, flags: 2, pages: 3, vmas: 4 }],
	['6.1', 'pin_user_pages_remote', { count: 2, flags: 3, pages: 4, vmas: 5, locked: 6 }],
	['6.1', 'pin_user_pages_unlocked', { count: 1, pages: 2, flags: 3 }],
	['6.1', 'pin_user_pages_fast_only', { count: 1, flags: 2, pages: 3 }],
	['6.1', 'get_kernel_pages', { kvec: 0, count: 1, write: 2, pages: 3 }],
	['6.1', 'follow_page', { vma: 0, start: 1, flags: 2 }],
	['6.12', 'get_user_pages', { count: 1, flags: 2, pages: 3, vmas: -1 }],
	['6.12', 'get_user_pages_remote', { mm: 0, count: 2, flags: 3, pages: 4, locked: 5 }],
	['6.12', 'get_user_page_fast_only', { start: 0, flags: 1, pages: 2 }],
	['6.12', 'get_user_page_vma_remote', { mm: 0, flags: 2, vmas: -1 }],
	['6.12', 'pin_user_pages_remote', { count: 2, flags: 3, pages: 4, locked: 5 }],
	['6.12', 'iov_iter_get_pages2', { iter: 0, pages: 1, maxsize: 2, maxpages: 3, offset: 4 }],
	['6.12', 'iov_iter_get_pages_alloc2', { iter: 0, pages: 1, maxsize: 2, offset: 3 }],
	['6.12', 'iov_iter_extract_pages', { iter: 0, pages: 1, maxsize: 2, maxpages: 3, extraction: 4, offset: 5 }],
	['6.12', 'extract_iter_to_sg', { iter: 0, maxsize: 1, maxpages: 3, extraction: 4 }],
	['6.12', 'memfd_pin_folios', { file: 0, start: 1, end: 2, folios: 3, count: 4, offset: 5 }],
	['6.12', 'unpin_user_pages_dirty_lock', { pages: 0, count: 1, dirty: 2 }],
	['6.12', 'unpin_user_folio', { folio: 0, count: 1 }],
	['6.12', 'folio_walk_start', { vma: 1, start: 2, flags: -1 }],
	['6.12', 'release_pages', { pages: 0, count: 1 }],
];

it.each(POSITIONS)('in %s, %s has its arguments in place', (version, name, positions) => {
	const api = kernelFor(version).api(name);
	expect(api?.signature).toBeDefined();
	for (const [role, index] of Object.entries(positions))
		expect([role, api?.index(role as Role)]).toEqual([role, index]);
});

it.each([
	['5.4', ['pin_user_pages', 'get_user_pages_fast_only', 'iov_iter_get_pages2', 'folio_put']],
	['5.10', ['__get_user_pages_fast', 'put_user_page', 'unpin_user_page_range_dirty_lock']],
	[
		'6.1',
		[
			'get_user_pages_locked',
			'iov_iter_get_pages',
			'iov_iter_extract_pages',
			'get_user_page_vma_remote',
			'memfd_pin_folios',
		],
	],
	['6.12', ['pin_user_pages_fast_only', 'get_kernel_pages', 'follow_page', 'follow_pte', 'iov_iter_get_pages_alloc']],
])('%s does not have %s', (version, names) => {
	for (const name of names) expect([name, kernelFor(version).api(name)?.signature]).toEqual([name, undefined]);
});

it('never calls the return value of the _only variants negative before 6.3', () => {
	const record = API_RECORDS.find(({ name }) => name === 'get_user_pages_fast_only');
	expect(record?.neverNegative).toEqual([{ since: '5.8', until: '6.3' }]);
});
