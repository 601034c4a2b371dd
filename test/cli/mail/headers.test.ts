import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { diffstat } from '../../../server/src/cli/mail/diffstat.js';
import { addressHeader, encoded, mailbox, textHeader } from '../../../server/src/cli/mail/headers.js';
import { wrapped } from '../../../server/src/cli/mail/wrap.js';

describe('headers', () => {
	test.each([
		['A Dunlin', 'A Dunlin <a@x.org>'],
		['Dunlin, A.', '"Dunlin, A." <a@x.org>'],
		['A "B" \\ C', '"A \\"B\\" \\\\ C" <a@x.org>'],
		['', 'a@x.org'],
		['=?UTF-8?Q?x?=', `=?UTF-8?B?${Buffer.from('=?UTF-8?Q?x?=').toString('base64')}?= <a@x.org>`],
	])('quote the name %j', (name, expected) => {
		expect(mailbox({ name, address: 'a@x.org' })).toBe(expected);
	});

	test('are read again as they were meant', async () => {
		const people = [
			{ name: 'Ågot "Ø", Sandpiper', address: 'agot@x.org' },
			{ name: 'Dunlin, A.', address: 'a@x.org' },
			{ name: '涉禽'.repeat(40), address: 'b@x.org' },
			{ name: '', address: 'list@x.org' },
		];
		const subject = `${'ä'.repeat(60)}: convert it`;
		const text = [textHeader('Subject', subject), ...addressHeader('To', people), '', 'x'].join('\n');
		const read = await PostalMime.parse(text);
		expect(read.to?.map(({ name = '', address }) => ({ name, address }))).toEqual(people);
		expect(read.subject).toBe(subject);
		for (const line of text.split('\n').slice(0, 3)) expect(line.length).toBeLessThan(90);
	});

	test('cannot be ended by what a tree has in it', () => {
		expect(encoded('a\r\nBcc: x@x.org')).not.toMatch(/[\r\n]/);
		expect(mailbox({ name: 'a\nBcc: x', address: 'a@x.org' })).not.toContain('\n');
	});
});

test('a changelog has no line that git acts on', () => {
	const text = `${'x'.repeat(70)} --- diff --git a b ${'y'.repeat(70)} From me`;
	for (const line of wrapped(text).split('\n')) expect(line).not.toMatch(/^(?:---|diff |From )/);
});

test.each([
	[[['a.c', 3, 1]], ' a.c | 4 +++-\n 1 file changed, 3 insertions(+), 1 deletion(-)'],
	[[['a.c', 0, 1]], ' a.c | 1 -\n 1 file changed, 1 deletion(-)'],
	[
		[
			['b.c', 1, 0],
			['a.c', 1, 0],
			['b.c', 1, 1],
		],
		' a.c | 1 +\n b.c | 3 ++-\n 2 files changed, 3 insertions(+), 1 deletion(-)',
	],
] as [[string, number, number][], string][])('diffstat %#', (files, expected) => {
	const diffs = files.map(([path, added, removed]) => ({
		path,
		diff: Buffer.from(`--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n${'+x\n'.repeat(added)}${'-y\n'.repeat(removed)}`),
	}));
	expect(diffstat(diffs)).toBe(expected);
});

test('a long diffstat fits a mail', () => {
	const path = `${'folder/'.repeat(20)}file.c`;
	const diff = Buffer.from(`--- a/x\n+++ b/x\n@@ -1 +1 @@\n${'+x\n'.repeat(5000)}-y\n`);
	for (const line of diffstat([{ path, diff }]).split('\n')) expect(line.length).toBeLessThanOrEqual(73);
});
