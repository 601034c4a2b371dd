/** Open documents that are too large to be analysed. */
import type { TextDocumentsConfiguration } from 'vscode-languageserver';
import {
	type Position,
	type Range,
	TextDocument,
	type TextDocumentContentChangeEvent,
} from 'vscode-languageserver-textdocument';
import { MAX_BYTES } from '../workspace/limits.js';

/** Lines that are handed over as arguments. */
const MOST_SPLICED = 10_000;

/** Such a document is not analysed: its text is nobody's to ask for. */
export function isTooLarge(document: TextDocument): boolean {
	return document instanceof LargeDocument;
}

/** Makes and changes the open documents: large ones are kept as lines. */
export const documentKinds: TextDocumentsConfiguration<TextDocument> = {
	create(uri, languageId, version, text): TextDocument {
		return text.length > MAX_BYTES
			? new LargeDocument(uri, languageId, version, text)
			: TextDocument.create(uri, languageId, version, text);
	},
	update(document, changes, version): TextDocument {
		const { uri, languageId } = document;
		if (document instanceof LargeDocument) {
			document.update(changes, version);
			return document.length > MAX_BYTES ? document : this.create(uri, languageId, version, document.getText());
		}
		const updated = TextDocument.update(document, changes, version);
		return updated.getText().length > MAX_BYTES ? this.create(uri, languageId, version, updated.getText()) : updated;
	},
};

/** A text as its lines: an edit costs what its lines do. Of one string of that size every edit would make a new one. */
export class LargeDocument implements TextDocument {
	readonly uri: string;
	readonly languageId: string;
	version: number;
	/** Characters of the text. */
	length = 0;
	/** With their ends; the last one has none. */
	#lines: string[] = [];
	/** The same in one, where somebody asked for it. */
	#whole: TextDocument | undefined;

	constructor(uri: string, languageId: string, version: number, text: string) {
		this.uri = uri;
		this.languageId = languageId;
		this.version = version;
		this.#take(text);
	}

	update(changes: readonly TextDocumentContentChangeEvent[], version: number): void {
		this.version = version;
		this.#whole = undefined;
		for (const change of changes) {
			if ('range' in change) this.#replace(change.range, change.text);
			else this.#take(change.text);
		}
	}

	getText(range?: Range): string {
		return range ? this.#inOne().getText(range) : this.#lines.join('');
	}

	positionAt(offset: number): Position {
		return this.#inOne().positionAt(offset);
	}

	offsetAt(position: Position): number {
		return this.#inOne().offsetAt(position);
	}

	getLineRange(line: number): Range {
		return this.#inOne().getLineRange(line);
	}

	getEOLCharacters(line: number): string {
		return this.#inOne().getEOLCharacters(line);
	}

	get lineCount(): number {
		return this.#lines.length;
	}

	#inOne(): TextDocument {
		this.#whole ??= TextDocument.create(this.uri, this.languageId, this.version, this.getText());
		return this.#whole;
	}

	#take(text: string): void {
		this.#lines = linesOf(text);
		this.length = text.length;
	}

	#replace({ start, end }: Range, text: string): void {
		const isOrdered = start.line < end.line || (start.line === end.line && start.character <= end.character);
		const from = this.#place(isOrdered ? start : end);
		const to = this.#place(isOrdered ? end : start);
		// a carriage return that ends the line before may get its line feed
		const first = Math.max(0, from.line - 1);
		const before = this.#lines.slice(first, from.line).join('');
		const old = this.#lines.slice(first, to.line + 1);
		const edited =
			before + this.#line(from.line).slice(0, from.character) + text + this.#line(to.line).slice(to.character);
		const lines = linesOf(edited);
		if (to.line + 1 < this.#lines.length) lines.pop();
		if (lines.length < MOST_SPLICED) this.#lines.splice(first, old.length, ...lines);
		else this.#lines = [...this.#lines.slice(0, first), ...lines, ...this.#lines.slice(to.line + 1)];
		this.length += edited.length - old.reduce((sum, line) => sum + line.length, 0);
	}

	/** The place in the text that a position stands for: clients may name one beyond a line or the text. */
	#place({ line, character }: Position): Position {
		if (line < 0) return { line: 0, character: 0 };
		const last = this.#lines.length - 1;
		if (line > last) return { line: last, character: this.#line(last).length };
		const { length } = this.#line(line).replace(/[\r\n]+$/, '');
		return { line, character: Math.min(Math.max(character, 0), length) };
	}

	#line(at: number): string {
		return this.#lines[at] ?? '';
	}
}

/** Lines with their ends, and one without at the end. */
function linesOf(text: string): string[] {
	const lines: string[] = text.match(/[^\r\n]*(?:\r\n?|\n)|[^\r\n]+$/g) ?? [];
	if (!/[^\r\n]$/.test(lines.at(-1) ?? '')) lines.push('');
	return lines;
}
