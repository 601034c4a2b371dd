/** A document kept as lines has the text that one string would have, and the kinds follow the size. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextDocument, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { documentKinds, isTooLarge, LargeDocument } from '../../server/src/lsp/largeDocument.js';
import { MAX_BYTES } from '../../server/src/workspace/limits.js';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\r', '\n', '\r\n', '\u{1f986}'), maxLength: 24 });
const position = fc.record({ line: fc.integer({ min: -1, max: 12 }), character: fc.integer({ min: -1, max: 12 }) });
const change: fc.Arbitrary<TextDocumentContentChangeEvent> = fc.oneof(
	{ weight: 9, arbitrary: fc.record({ range: fc.record({ start: position, end: position }), text }) },
	{ weight: 1, arbitrary: fc.record({ text }) },
);

function afresh(text: string): TextDocument {
	return TextDocument.create('file:///x.c', 'c', 1, text);
}

function changed(text: string, one: TextDocumentContentChangeEvent): string {
	return TextDocument.update(afresh(text), [one], 2).getText();
}

test('edits give what they give of one string', () => {
	fc.assert(
		fc.property(text, fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), (before, edits) => {
			const lines = new LargeDocument('file:///x.c', 'c', 1, before);
			let expected = before;
			edits.forEach((changes, i) => {
				lines.update(changes, i + 2);
				// each on a fresh one: after an edit beyond the text the library's lines are wrong
				for (const one of changes) expected = changed(expected, one);
				expect(lines.getText()).toBe(expected);
				expect(lines.length).toBe(expected.length);
				expect(lines.lineCount).toBe(afresh(expected).lineCount);
				expect(lines.version).toBe(i + 2);
			});
		}),
		{ numRuns: 2000 },
	);
});

test('the kind of a document follows its size', () => {
	const largest = 'x'.repeat(MAX_BYTES);
	const end = { line: 0, character: MAX_BYTES };
	let document = documentKinds.create('file:///x.c', 'c', 1, largest);
	expect(isTooLarge(document)).toBe(false);
	document = documentKinds.update(document, [{ range: { start: end, end }, text: 'y' }], 2);
	expect(isTooLarge(document)).toBe(true);
	document = documentKinds.update(
		document,
		[{ range: { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } }, text: '' }],
		3,
	);
	expect(isTooLarge(document)).toBe(false);
	expect(document.getText()).toBe(`${largest.slice(1)}y`);
	expect(document.version).toBe(3);
	expect(isTooLarge(documentKinds.create('file:///x.c', 'c', 1, `${largest}y`))).toBe(true);
});
