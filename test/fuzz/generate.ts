/** Inputs from seeds: the same corpus and seed give the same input. */
import { READ } from '../../server/src/kernel/releases.js';
import type { Edit } from '../../server/src/rules/rule.js';
import type { Specimen } from '../support/specimens.js';
import type { Corpus } from './corpus.js';
import { Dice } from './dice.js';
import type { Input } from './input.js';
import { functionsOf } from './mutate/code.js';
import { mutated } from './mutate/index.js';
import { generateOther } from './outside.js';

const PATHS = [
	...['mm/gup.c', 'drivers/misc/x.h', 'x.c', '', 'lib/iov_iter.c', 'tools/testing/selftests/mm/x.c', 'fs/ö 页.c'],
	...['include/linux/mm.h', '../x.c', 'a\\b.c', 'net/core/__proto__.c'],
];
const KERNELS = [...READ.map(([release]) => release), '3.10', '9.99'];

/** Edits of one document. */
const MOST_EDITS = 6;

function some({ own, excerpts, files }: Corpus, dice: Dice): Specimen {
	const kind = dice.chance(0.4) ? own : dice.chance(0.98) ? excerpts : files;
	return dice.pick(kind.length > 0 ? kind : own);
}

/** @param seed unsigned, 32 bits */
export function inputOf(seed: number, corpus: Corpus): Input {
	const dice = new Dice(seed);
	const specimen = some(corpus, dice);
	const other = some({ ...corpus, files: [] }, dice);
	if (dice.chance(0.1)) return generateOther(seed, specimen, other, dice);
	return code(seed, specimen, other, dice);
}

function code(seed: number, { text: original, path, kernel }: Specimen, other: Specimen, dice: Dice): Input {
	const whole = mutated(original, other.text, dice, dice.pick([0, 1, 1, 1, 2, 2, 3, 5]));
	const { text, neighbours } = dice.chance(0.2) ? split(whole, other, dice) : { text: whole, neighbours: [] };
	return {
		seed,
		target: 'code',
		text,
		path: dice.chance(0.9) ? path : dice.pick(PATHS),
		kernel: dice.chance(0.85) ? kernel : dice.pick(KERNELS),
		neighbours,
		edits: dice.chance(0.3) ? edits(text, other.text, dice) : [],
	};
}

/** Some functions of the text in another file, or another text beside it. */
function split(text: string, other: Specimen, dice: Dice): Pick<Input, 'text' | 'neighbours'> {
	const functions = functionsOf(text);
	if (functions.length < 2 || dice.chance(0.3))
		return { text, neighbours: [{ path: 'drivers/misc/beside.c', text: other.text }] };
	const { start, end } = dice.pick(functions);
	const moved = text.slice(start, end).replace(/^static /, '');
	const beside = dice.chance(0.5) ? moved : mutated(moved, other.text, dice, 2);
	const path = dice.pick(['drivers/misc/beside.c', 'drivers/misc/beside.h', 'mm/beside.c']);
	const neighbours = [{ path, text: dice.chance(0.5) ? beside : `${other.text}\n${beside}` }];
	return { text: text.slice(0, start) + text.slice(end), neighbours };
}

/** What is typed, pasted, and taken back. */
function edits(original: string, other: string, dice: Dice): Edit[] {
	const texts = [original];
	for (let left = dice.between(1, MOST_EDITS); left > 0; left--) {
		const text = texts.at(-1) as string;
		texts.push(
			dice.chance(0.25) ? dice.pick(texts) : dice.chance(0.3) ? typed(text, dice) : mutated(text, other, dice, 1),
		);
	}
	return texts.slice(1).map((text, i) => change(texts[i] as string, text));
}

/** One more character, as an editor sends it. */
function typed(text: string, dice: Dice): string {
	const at = dice.below(text.length + 1);
	return text.slice(0, at) + dice.pick([...'abx_ (){}[];,.>-*&|=!"\'/\\#\n\t01', '->', '  ']) + text.slice(at);
}

/** The one edit between what two texts have in common at both ends. */
function change(before: string, after: string): Edit {
	const limit = Math.min(before.length, after.length);
	let start = 0;
	while (start < limit && before[start] === after[start]) start++;
	let tail = 0;
	while (tail < limit - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
	return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
