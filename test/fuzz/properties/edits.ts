/** Properties of an open document: whatever was typed before, its answers are those of a fresh one. */
import type { AnalyseOptions, OpenFile } from '../../../server/src/engine.js';
import type { Dice } from '../dice.js';
import { type Input, versionsOf } from '../input.js';
import { opened, optionsOf, timed } from '../subject.js';
import { same } from '../violation.js';
import type { Property } from './property.js';

type Question = readonly [string, (file: OpenFile, text: string, options: AnalyseOptions) => unknown];

const QUESTIONS: readonly Question[] = [
	['analysis', (file, text, options) => file.analyse(text, options)],
	['audit', (file, text, options) => file.audit(text, options)],
	['needs', (file, text, options) => file.needs(text, options)],
	['partners', (file, text, options) => file.partners(text, options)],
	['flow', (file, text, options) => file.flow(text, options, 1 + text.slice(0, text.length / 2).split('\n').length)],
	['offers', (file, text, options) => file.offers(text, options)],
	['fixes', (file, text, options) => file.analyse(text, { ...options, fixes: true })],
];

function ask(file: OpenFile, text: string, options: AnalyseOptions, asked: readonly Question[]): unknown {
	return Object.fromEntries(asked.map(([name, question]) => [name, timed(name, () => question(file, text, options))]));
}

/** The findings, and sometimes more: an editor asks in any order. */
function questions(dice: Dice): readonly Question[] {
	const asked = [QUESTIONS[1] as Question];
	while (dice.chance(0.35)) asked.splice(dice.below(asked.length + 1), 0, dice.pick(QUESTIONS));
	return asked;
}

/** Options of a version: now and then the editor knows another kernel, or the neighbours were read anew. */
function optionsFor(input: Input, dice: Dice): AnalyseOptions {
	const kernel = dice.chance(0.05) ? '5.15' : input.kernel;
	const neighbours = dice.chance(0.1) ? [] : input.neighbours;
	return optionsOf({ ...input, kernel, neighbours });
}

export const EDITS: readonly Property[] = [
	{
		name: 'incremental',
		target: 'code',
		share: 1,
		check(input, dice) {
			if (input.edits.length === 0) return;
			opened((document) => {
				for (const text of versionsOf(input)) {
					const options = optionsFor(input, dice);
					const asked = questions(dice);
					const kept = ask(document, text, options, asked);
					const anew = opened((fresh) => ask(fresh, text, options, asked));
					same(kept, anew, 'an edited document answers otherwise than a fresh one');
				}
			});
		},
	},
];
