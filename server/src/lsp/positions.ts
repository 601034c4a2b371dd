import type { Range as LspRange, Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Place, Range } from '../syntax/ir.js';

/** Offsets of the engine (UTF-16, 0-based, end exclusive) as a range of the protocol (UTF-16, 0-based lines). */
export function toLspRange(document: TextDocument, { start, end }: Range): LspRange {
	return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** Some characters (UTF-16) from a place in another file on, in its line. */
export function placeRange({ line, column }: Omit<Place, 'path'>, length: number): LspRange {
	const start = { line: line - 1, character: column - 1 };
	return { start, end: { ...start, character: start.character + length } };
}

/** The reverse; positions beyond the end of a line or of the text are clamped. */
export function toOffsets(document: TextDocument, { start, end }: LspRange): Range {
	return { start: document.offsetAt(start), end: document.offsetAt(end) };
}

/** True when the ranges share a character or touch; an empty range is a cursor. */
export function touches(a: Range, b: Range): boolean {
	return a.start <= b.end && b.start <= a.end;
}

export function isSameRange(a: LspRange, b: LspRange): boolean {
	return isSamePosition(a.start, b.start) && isSamePosition(a.end, b.end);
}

function isSamePosition(a: Position, b: Position): boolean {
	return a.line === b.line && a.character === b.character;
}
