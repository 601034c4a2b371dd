/** A sample of all mutants that is the same every time. */
import { randomly } from '../../scripts/random.js';
import type { Original } from './corpus.js';
import { isValid, type Mutant, mutantsOf } from './mutant.js';
import { OPERATORS } from './operators.js';

/** @param most of each operator; those that cannot be read are replaced by others */
export function sample(all: readonly Original[], seed: number, most: number): Mutant[] {
	return OPERATORS.flatMap((operator, i) => {
		const mutants = all.flatMap(({ subjects, findings }) =>
			subjects.flatMap((subject) => mutantsOf(subject, operator, findings)),
		);
		return chosen(mutants, randomly(seed + i), most);
	});
}

function chosen(mutants: readonly Mutant[], random: () => number, most: number): Mutant[] {
	const shuffled = mutants.map((mutant) => ({ mutant, at: random() })).sort((a, b) => a.at - b.at);
	const valid: Mutant[] = [];
	for (const { mutant } of shuffled) {
		if (valid.length >= most) break;
		if (isValid(mutant)) valid.push(mutant);
	}
	return valid;
}
