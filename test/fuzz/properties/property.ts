import type { Dice } from '../dice.js';
import type { Input, Target } from '../input.js';

/** What must hold of every input of a target. */
export interface Property {
	/** In the name of each failure. */
	readonly name: string;
	readonly target: Target;
	/** Part of the mutants it is asked of, in (0, 1]: those that cost much are asked less. */
	readonly share: number;
	/**
	 * @param dice for choices such as offsets; the same for the same input
	 * @throws Violation where it does not hold, anything else where the product fails
	 */
	check(input: Input, dice: Dice): void | Promise<void>;
}
