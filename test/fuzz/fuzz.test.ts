/** Some thousands of the mutants that `npm run fuzz` makes without end, and those that failed once. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALL, failuresOf, kindOf } from './check.js';
import { ownCorpus } from './corpus.js';
import { inputOf } from './generate.js';
import { fromFile } from './input.js';
import { write } from './tally.js';

const corpus = ownCorpus();
const RUNS = 500;
/** Of the properties; `npm run fuzz` holds each mutant to more of them. */
const SHARE = 0.2;

describe('mutants of the examples and the rule pages', () => {
	test.each([0, 1, 2, 3])('hold, part %i', async (part) => {
		const failed: string[] = [];
		for (let seed = part * RUNS; seed < (part + 1) * RUNS; seed++) {
			const input = inputOf(seed, corpus);
			for (const failure of await failuresOf(input, SHARE))
				failed.push(`${kindOf(failure)}: npm run fuzz -- --replay ${write(input, failure)}`);
		}
		expect(failed).toEqual([]);
	});
});

const found = join(import.meta.dirname, 'found');

test.each(readdirSync(found))('%s failed once and holds', async (name) => {
	const failures = await failuresOf(fromFile(readFileSync(join(found, name), 'utf8')), ALL);
	expect(failures.map((failure) => `${kindOf(failure)}: ${failure.message}`)).toEqual([]);
});
