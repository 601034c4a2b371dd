/** Equal programs of which the engine still says something else, each with the reason. The test fails where one has closed. */
import type { Specimen } from '../support/specimens.js';

export interface Gap {
	readonly rewriting: string;
	/** The page or file, and a function of the text: blocks of a page move. */
	readonly file: string;
	readonly function: string;
	readonly reason: string;
}

/** The text is the one that a gap is about. */
export function isOf(gap: Gap, { name, text }: Specimen): boolean {
	return name.replace(/:\d+$/, '') === gap.file && text.includes(`${gap.function}(`);
}

export const gaps: readonly Gap[] = [];
