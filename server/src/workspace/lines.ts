/** A place in a text: line and column from 1, columns in UTF-16 units. */
export interface Position {
	readonly line: number;
	readonly column: number;
}

/** Offsets to lines; a line ends at "\n", as for compilers. */
export class Lines {
	readonly #text: string;
	readonly #starts: readonly number[];

	constructor(text: string) {
		this.#text = text;
		const starts = [0];
		for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
		this.#starts = starts;
	}

	/** @param offset UTF-16 offset from 0 */
	position(offset: number): Position {
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.#starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
	}

	/** Text of a line (from 1) without its end; "" for a line that is not there. */
	line(number: number): string {
		const start = this.#starts[number - 1];
		if (start === undefined) return '';
		const end = this.#starts[number];
		return this.#text.slice(start, end === undefined ? undefined : end - 1).replace(/\r$/, '');
	}
}
