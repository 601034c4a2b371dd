import { randomly } from '../../scripts/random.js';

/** Random choices that a seed decides. */
export class Dice {
	readonly #next: () => number;

	/** @param seed unsigned, 32 bits */
	constructor(seed: number) {
		this.#next = randomly(seed);
	}

	/** An integer in [0, count). */
	below(count: number): number {
		return Math.floor(this.#next() * count);
	}

	/** An integer in [least, most]. */
	between(least: number, most: number): number {
		return least + this.below(most - least + 1);
	}

	chance(probability: number): boolean {
		return this.#next() < probability;
	}

	/** @throws RangeError for an empty list */
	pick<T>(list: readonly T[]): T {
		if (list.length === 0) throw new RangeError('nothing to pick from');
		return list[this.below(list.length)] as T;
	}

	/** A range of [0, length], mostly a short one. */
	range(length: number, longest = 40): { readonly start: number; readonly end: number } {
		const start = this.below(length + 1);
		const most = this.chance(0.1) ? length : longest;
		return { start, end: Math.min(length, start + this.below(most + 1)) };
	}

	/** A seed for choices of their own, so that more of them here move none elsewhere. */
	fork(): Dice {
		return new Dice(this.below(2 ** 32));
	}
}
