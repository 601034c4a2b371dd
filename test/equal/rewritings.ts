/** All ways to write a program differently. */
import { CALLS } from './calls.js';
import { DECLARATIONS } from './declarations.js';
import { EXPRESSIONS } from './expressions.js';
import { LAYOUT } from './layout.js';
import { LOOPS } from './loops.js';
import type { Rewriting } from './rewriting.js';
import { STATEMENTS } from './statements.js';
import { TESTS } from './tests.js';

export const rewritings: readonly Rewriting[] = [
	...EXPRESSIONS,
	...CALLS,
	...TESTS,
	...LOOPS,
	...STATEMENTS,
	...DECLARATIONS,
	...LAYOUT,
];
