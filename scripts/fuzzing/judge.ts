/** Holds inputs to their properties, one after the other, and tells when it is done with each: who started it sees which it dies of. */
import { ALL, failuresOf } from '../../test/fuzz/check.js';
import type { Input } from '../../test/fuzz/input.js';

process.on('disconnect', () => process.exit());
process.on('message', async (input: Input) => {
	await failuresOf(input, ALL);
	process.send?.('done');
});
