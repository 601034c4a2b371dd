import { describe, expect, test } from 'vitest';
import { cover, type Left } from '../../../server/src/cli/mail/cover.js';
import type { Patch } from '../../../server/src/cli/mail/message.js';

const FROM = { name: 'A Dunlin', address: 'dunlin@example.org' };

function patch(path: string, conversion?: Patch['conversion'], remarks: readonly string[] = []): Patch {
	const diff = Buffer.from(`--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`);
	const diffs = [{ path, diff }];
	return {
		root: '/',
		path,
		general: [],
		named: [],
		changelog: [],
		trailers: [],
		remarks,
		diffs,
		...(conversion ? { conversion } : {}),
	};
}

const converted = (former: string, longterm = false) => ({ former: [former], longterm });

function told(patches: readonly Patch[], subjects: readonly string[], left: readonly Left[] = []) {
	const total = patches.flatMap(({ diffs }) => diffs);
	const { subject, paragraphs, rest } = cover(patches, subjects, total, FROM, '6.12.1', left);
	return { subject, text: paragraphs.join('\n'), rest };
}

describe('a cover letter', () => {
	test('tells what the patches do, and which build on each other', () => {
		const { subject, text, rest } = told(
			[
				patch('a.c', undefined, ['Note: the Fixes: tag has to be filled in; no history.']),
				patch('a.c', converted('get_user_pages_fast', true)),
				patch('b.c', converted('iov_iter_get_pages2')),
			],
			['a: fix it', 'a: convert it', 'b: convert it'],
		);
		expect(subject).toBe('Convert references to user pages to pins');
		expect(text).toContain('users of get_user_pages_fast() and iov_iter_get_pages2() to pins');
		expect(text).toContain('Patch 1 is a fix or cleanup of the existing code');
		expect(text).toContain('Fixes: tags have to be filled in.');
		expect(text).toContain('Patch 2 uses FOLL_LONGTERM.');
		expect(text).toContain('Patches that touch the same file build on each other');
		expect(rest).toMatch(/^A Dunlin \(3\):\n {2}a: fix it\n/);
	});

	test('has the prefix of its patches, and says where they are independent', () => {
		const patches = [patch('a.c', converted('get_user_pages')), patch('b.c', converted('get_user_pages'))];
		const { subject, text } = told(patches, ['KVM: s390: convert a', 'KVM: s390: convert b']);
		expect(subject).toBe('KVM: s390: convert get_user_pages*() users to pin_user_pages*()');
		expect(text).toContain('The patches are independent of each other');
		expect(text).not.toContain('is a fix or cleanup');
	});

	test('speaks of no conversion where there is none', () => {
		const { subject, text } = told([patch('a.c'), patch('a.c')], ['a: fix it', 'b: fix it']);
		expect(subject).toBe('Fix references to user pages');
		expect(text).toContain('Nothing is converted to pins.');
		expect(text).not.toContain('Patches 1 and 2');
	});

	test('lists what is left with what blocks it, sites of one reason together', () => {
		const moved = 'the references move on: sg_set_page() gives them to a message scatterlist, whose owner puts them';
		const { rest } = told(
			[patch('a.c', converted('get_user_pages'))],
			['a: convert it'],
			[
				{ path: 'net/b.c', function: 'b_send', reason: moved },
				{ path: 'net/c.c', function: 'c_send', reason: 'put_page() in c_free() is for both' },
				{ path: 'net/b.c', function: 'b_sendmsg', reason: moved },
				{ path: 'net/d.c', function: undefined, reason: moved },
			],
		);
		expect(rest.slice(0, rest.indexOf('A Dunlin'))).toBe(`Not converted by this series:

  net/b.c: b_send()
  net/b.c: b_sendmsg()
  net/d.c
    The references move on: sg_set_page() gives them to a message
    scatterlist, whose owner puts them.

  net/c.c: c_send()
    put_page() in c_free() is for both.

`);
		for (const line of rest.split('\n')) expect(line.length).toBeLessThanOrEqual(75);
	});

	test('counts what a long list leaves out', () => {
		const left = Array.from({ length: 45 }, (_, i) => ({ path: `a${i}.c`, function: 'f', reason: 'no' }));
		expect(told([patch('a.c')], ['a'], left).rest).toContain('\n\nand 5 more.\n');
	});
});
