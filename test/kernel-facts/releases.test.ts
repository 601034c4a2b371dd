import { describe, expect, it } from 'vitest';
import {
	beyondTable,
	compareReleases,
	covers,
	isSettled,
	NEWEST,
	OLDEST,
	parseVersion,
	READ,
} from '../../server/src/kernel/releases.js';

describe('a kernel version', () => {
	it.each([
		['6.12', '6.12', '6.12'],
		['6.12.117', '6.12', '6.12.117'],
		['v6.1-rc3', '6.1', '6.1-rc3'],
		['5.10.0-28-amd64', '5.10', '5.10.0'],
		[' 6.1.92+deb12 ', '6.1', '6.1.92'],
		['06.01', '6.1', '06.01'],
	])('reads %s', (text, release, version) => {
		expect(parseVersion(text)).toEqual({ release, version });
	});

	it.each(['', 'newest', '6', '6.', '.12', '6.12.117.4x y', '1234.5', 'v', '-6.1'])('refuses %j', (text) => {
		expect(parseVersion(text)).toBeUndefined();
	});
});

it('orders releases by number, not by text', () => {
	expect((['6.12', '6.2', '5.10', '6.1', '5.4'] as const).toSorted(compareReleases)).toEqual([
		'5.4',
		'5.10',
		'6.1',
		'6.2',
		'6.12',
	]);
});

it('takes kernels older than the table for its oldest', () => {
	expect(covers({ since: '4.19', until: '5.2' }, '4.9')).toBe(true);
	expect(covers({ since: '5.2' }, '4.9')).toBe(false);
	expect(covers({ since: '5.2', until: '5.6' }, '5.6')).toBe(false);
});

it('says what a kernel beyond the table is judged as', () => {
	expect(beyondTable('4.9')).toBe(`older than the table knows: treated as ${OLDEST}`);
	expect(beyondTable('99.0')).toBe(`newer than the table knows: treated as ${NEWEST}`);
	for (const known of [OLDEST, '5.18', NEWEST] as const) expect(beyondTable(known)).toBeUndefined();
});

it('settles a release only between versions that were read and agree', () => {
	const present = (release: string) => compareReleases(release as `${number}.${number}`, '6.3') >= 0;
	expect(isSettled('6.3', present)).toBe(true);
	expect(isSettled('6.7', present)).toBe(true);
	// 5.18 lies between 5.17 and 5.19.
	expect(isSettled('5.18', (read) => read === '5.17')).toBe(false);
	expect(isSettled('4.9', () => true)).toBe(false);
	expect(isSettled('99.0', () => true)).toBe(false);
});

it('lists what was read oldest first, from the oldest to the newest release it knows', () => {
	const releases = READ.map(([release]) => release);
	expect(releases.toSorted(compareReleases)).toEqual(releases);
	expect([releases[0], releases.at(-1)]).toEqual([OLDEST, NEWEST]);
	for (const wanted of ['4.19', '5.4', '5.10', '5.15', '6.1', '6.6', '6.12'] as const)
		expect(releases).toContain(wanted);
	for (const [release, version] of READ) expect(parseVersion(version)?.release).toBe(release);
});
