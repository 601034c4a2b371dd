/**
 * What is analysed: a file, with the functions of other files that it needs behind its own text. One text, one address space:
 * every analysis goes across files without knowing it, and an offset beyond the file's own text has a place elsewhere.
 */

import type { Place, Range } from './ir.js';
import { memoize } from './memoize.js';

/** Another file of the tree. What is learned of it is kept with the object: hand over the same one as long as its text is the same. */
export interface SiblingFile {
	/** Of the same kind as the path of the analysed file. */
	readonly path: string;
	readonly text: string;
	/** A header that the file includes: what it defines under the name of a kernel function is what a call means. */
	readonly isIncluded?: boolean;
	/** A header that the build includes before the first line of each file. */
	readonly isForced?: boolean;
	/** The file as it stands, where macros were replaced in the text, and offsets in it. */
	readonly original?: { readonly file: SiblingFile; back(range: Range): Range };
	/** The name in `#include <name>` that finds this header of the module. */
	readonly angled?: string;
}

/** Some of another file's text. */
export interface Fragment {
	readonly from: SiblingFile;
	/** Offset in the other file. */
	readonly start: number;
	/** As it stands there, but for the word "static": who calls it cannot be seen from here. */
	readonly text: string;
}

interface Placed extends Fragment {
	/** Offset in the unit. */
	readonly at: number;
}

export class LinkedUnit {
	readonly text: string;
	/** Length of the file's own text, which the unit starts with. */
	readonly own: number;
	private readonly placed: readonly Placed[];

	constructor(text: string, pieces: readonly Fragment[]) {
		let all = text;
		const placed: Placed[] = [];
		for (const piece of pieces) {
			all += '\n\n';
			placed.push({ ...piece, at: all.length });
			all += piece.text;
		}
		this.text = all;
		this.own = text.length;
		this.placed = placed;
	}

	/** The files that functions come from, each once. */
	get others(): readonly SiblingFile[] {
		return [...new Set(this.placed.map(({ from }) => from))];
	}

	isOwn({ start }: Range): boolean {
		return start < this.own || this.placed.length === 0;
	}

	/** Where an offset lies that is not the file's own; undefined for one that is. */
	placeOf(offset: number): Place | undefined {
		const { from, offset: there } = this.sourceOf(offset);
		return from && placeIn(from, there);
	}

	/** An offset as one of the file it lies in; `from` is undefined for the analysed file. */
	sourceOf(offset: number): { readonly from: SiblingFile | undefined; readonly offset: number } {
		const piece = this.pieceAt(offset);
		return piece ? { from: piece.from, offset: piece.start + offset - piece.at } : { from: undefined, offset };
	}

	private pieceAt(offset: number): Placed | undefined {
		return offset < this.own ? undefined : this.placed.findLast((piece) => piece.at <= offset);
	}
}

/** Offsets at which the lines of a file start. */
const linesOf = memoize((file: SiblingFile): readonly number[] => {
	const found = [0];
	for (let at = file.text.indexOf('\n'); at >= 0; at = file.text.indexOf('\n', at + 1)) found.push(at + 1);
	return found;
});

function placeIn(file: SiblingFile, offset: number): Place {
	const { original } = file;
	if (original) return placeIn(original.file, original.back({ start: offset, end: offset + 1 }).start);
	const lines = linesOf(file);
	let low = 0;
	let high = lines.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((lines[mid] as number) <= offset) low = mid + 1;
		else high = mid;
	}
	return { path: file.path, line: low, column: offset - (lines[low - 1] as number) + 1 };
}
