/**
 * How much a person has to read: `npm run bench:words`. Messages and hovers of all texts of this project: the rule pages, the record of
 * bugs and the examples.
 */
import { engine as loadEngine } from '../server/src/cli/engine.js';
import { hoverAt } from '../server/src/explain/index.js';
import { MOST_AT_ONCE, shownLines } from '../server/src/explain/layout.js';
import { kernelFor, newestKernel } from '../server/src/kernel/index.js';
import { examples, pages, records } from '../test/support/specimens.js';
import { table } from './table.js';

/** Characters that a line of a terminal or of a problems panel has room for. */
const LINE = 160;
const HEADING = '**More**';

const engine = await loadEngine();
const messages = new Set<string>();
const hovers = new Set<string>();
for (const { text, path, kernel: version } of [...examples(), ...pages(), ...records()]) {
	const kernel = version === 'assumed' ? newestKernel() : kernelFor(version);
	for (const { message } of engine.analyse(text, { path, kernel }).findings) messages.add(message);
	for (const { 0: name, index } of text.matchAll(/\b[A-Za-z_]\w*\b/g)) {
		if (!kernel.api(name) && !kernel.flag(name)) continue;
		const hover = hoverAt(text, index, { path, kernel });
		if (hover) hovers.add(hover.markdown);
	}
}
const longest = (numbers: readonly number[]) => String(Math.max(...numbers));
const lengths = [...messages].map(({ length }) => length);
const lines = [...hovers].map(shownLines);
const atOnce = [...hovers].map((hover) => shownLines(hover.split(HEADING)[0] ?? ''));
console.log(
	table(
		['', ''],
		[
			['messages that differ', String(messages.size)],
			[`... of ${LINE} characters or more`, String(lengths.filter((length) => length >= LINE).length)],
			['characters of the longest', longest(lengths)],
			['hovers that differ', String(hovers.size)],
			['lines of the longest', longest(lines)],
			[`... before "More" (${MOST_AT_ONCE} allowed)`, longest(atOnce)],
		],
	),
);
