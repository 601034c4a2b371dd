import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failsAs, kindOf } from './check.js';
import type { Input } from './input.js';
import { toFile } from './input.js';
import { reduced } from './reduce.js';

const FOLDER = join(import.meta.dirname, '..', '..', '.cache', 'fuzz');

/** What became of many mutants: how many, and how many failures of each kind. */
export class Tally {
	ran = 0;
	/** By kind. */
	readonly failures = new Map<string, number>();

	/** Count a mutant. @returns its failures of a kind that was not seen before */
	add(failures: readonly Failure[]): readonly Failure[] {
		this.ran++;
		return failures.filter((failure) => {
			const kind = kindOf(failure);
			const before = this.failures.get(kind) ?? 0;
			this.failures.set(kind, before + 1);
			return before === 0;
		});
	}
}

/**
 * Make a failing input as small as it fails in the same way, and keep it in a file that can be run again.
 * @param alive called now and then, because it takes a while
 * @returns path of the file
 */
export async function keep(input: Input, failure: Failure, alive: () => void = () => undefined): Promise<string> {
	const small = await reduced(input, (smaller) => {
		alive();
		return failsAs(smaller, failure);
	});
	return write(small, failure);
}

/** @returns path of the file */
export function write(input: Input, failure: Failure): string {
	mkdirSync(FOLDER, { recursive: true });
	const ending = input.target === 'code' ? 'c' : 'txt';
	const name = `FAIL-${input.seed}-${failure.property.replace(/\W+/g, '-')}.${ending}`;
	writeFileSync(join(FOLDER, name), toFile(input, kindOf(failure), `.cache/fuzz/${name}`));
	return `.cache/fuzz/${name}`;
}
