/** Mutants analysed, file by file: what did not change in a file is not parsed again. */
import { engine } from '../kernel/corpus.js';
import type { Original } from './corpus.js';
import type { Row } from './figures.js';
import { isFound, type Mutant } from './mutant.js';
import { OPERATORS } from './operators.js';

export interface Result {
	readonly mutant: Mutant;
	readonly isFound: boolean;
}

export function run(mutants: readonly Mutant[], all: readonly Original[], each?: (done: number) => void): Result[] {
	const results = new Map<Mutant, boolean>();
	for (const { file, findings } of all) {
		const own = mutants.filter(({ subject }) => subject.file === file);
		if (own.length === 0) continue;
		const open = engine.open();
		for (const mutant of own) {
			results.set(mutant, isFound(mutant, open, findings));
			each?.(results.size);
		}
		open.dispose();
	}
	return mutants.map((mutant) => ({ mutant, isFound: results.get(mutant) === true }));
}

/** Results by operator. */
export function figuresOf(results: readonly Result[]): Row[] {
	return OPERATORS.flatMap(({ name, family }) => {
		const own = results.filter(({ mutant }) => mutant.operator.name === name);
		if (own.length === 0) return [];
		return { name, family, mutants: own.length, found: own.filter(({ isFound }) => isFound).length };
	});
}
