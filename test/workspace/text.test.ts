import fc from 'fast-check';
import { expect, test } from 'vitest';
import { needles } from '../../server/src/kernel/index.js';
import { Lines } from '../../server/src/workspace/lines.js';
import { Prefilter } from '../../server/src/workspace/prefilter.js';
import { judge } from '../../server/src/workspace/read.js';
import { decode, encode } from '../../server/src/workspace/text.js';

test('every file without NUL is decoded and written back byte for byte', () => {
	fc.assert(
		fc.property(fc.uint8Array({ max: 255, min: 1 }), (bytes) => {
			const source = decode(bytes);
			expect(source).toBeDefined();
			if (source) expect([...encode(source.text, source)]).toEqual([...bytes]);
		}),
	);
});

test.each([
	['UTF-8', Buffer.from('/* Jürgen 😀 */\r\n'), { text: '/* Jürgen 😀 */\r\n', encoding: 'utf8', bom: false }],
	['latin-1', Buffer.from('/* Jürgen */\n', 'latin1'), { text: '/* Jürgen */\n', encoding: 'latin1', bom: false }],
	['a byte order mark', Buffer.from('\uFEFFint x;'), { text: 'int x;', encoding: 'utf8', bom: true }],
	['NUL', Buffer.from('int x;\0'), undefined],
	['UTF-16', Buffer.from('int x;', 'utf16le'), undefined],
	['nothing', Buffer.from(''), { text: '', encoding: 'utf8', bom: false }],
])('%s', (_, bytes, expected) => {
	expect(decode(bytes)).toEqual(expected);
});

test('positions agree with counting by hand, and lines have no ends', () => {
	fc.assert(
		fc.property(fc.string({ unit: fc.constantFrom('a', '\t', '\n', '\r\n', 'ü', '😀') }), (text) => {
			const lines = new Lines(text);
			for (let offset = 0; offset <= text.length; offset++) {
				const before = text.slice(0, offset).split('\n');
				expect(lines.position(offset)).toEqual({ line: before.length, column: (before.at(-1) as string).length + 1 });
			}
			text.split('\n').forEach((line, i) => {
				expect(lines.line(i + 1)).toBe(line.replace(/\r$/, ''));
			});
			expect(lines.line(text.split('\n').length + 1)).toBe('');
		}),
	);
});

test('a file is relevant exactly when it has one of the words', () => {
	const words = [...needles, 'pin_user_pages', 'other'];
	const prefilter = new Prefilter(words);
	const part = fc.oneof(
		fc.constantFrom(...words, 'x', 'ü', ' ', '_', 'FOLL', 'page', 'folio', 'iter'),
		fc.constantFrom(...words).chain((word) => fc.nat(word.length).map((end) => word.slice(0, end))),
	);
	fc.assert(
		fc.property(fc.array(part), (parts) => {
			const text = parts.join('');
			const relevant = words.some((word) => text.includes(word));
			expect(judge(Buffer.from(text), prefilter).kind).toBe(relevant ? 'text' : 'irrelevant');
		}),
	);
});
