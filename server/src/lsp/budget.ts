/** Characters that may be analysed again before a request is answered: some tenths of a second. */
const MOST = 1_000_000;

/** What a request may spend on trying fixes and conversions; what goes beyond is tried when it is chosen. */
export class Budget {
	readonly #cost: number;
	#left = MOST;

	/** @param cost of one analysis, in characters */
	constructor(cost: number) {
		this.#cost = cost;
	}

	/** @returns false where so many analyses are too much */
	take(analyses: number): boolean {
		const cost = analyses * this.#cost;
		if (cost > this.#left) return false;
		this.#left -= cost;
		return true;
	}
}
