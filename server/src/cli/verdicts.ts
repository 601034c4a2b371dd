/** What the verdicts of an audit mean, for `gup-lens explain`. */
import { COLUMNS, MEANING, REASONS } from '../audit/reports/words.js';
import { CONVERTING } from '../engine.js';
import type { Verdict } from '../verdict/site.js';

export const VERDICTS: readonly string[] = COLUMNS;

const TO_DO: Readonly<Record<Verdict, string>> = {
	bug: '`gup-lens check FILE` says what is wrong and how to put it right.',
	convert: `\`gup-lens fix --rule RULE FILE\` changes every side of it, where RULE is the rule of the finding: ${[...CONVERTING.keys()].join(', ')}.`,
	benefit: 'Nothing is wrong as it is.',
	keep: `Leave it. The reasons an audit gives: ${Object.entries(REASONS)
		.map(([name, words]) => `\`${name}\` (${words})`)
		.join(', ')}.`,
	ok: 'Nothing to do.',
};

/** @returns undefined for what is no verdict */
export function verdictPage(name: string): string | undefined {
	const verdict = COLUMNS.find((one) => one === name);
	if (verdict === undefined) return undefined;
	return `# ${verdict}\n\nA verdict of \`gup-lens audit\` on a call that takes references on user pages: ${MEANING[verdict]}.\n\n${TO_DO[verdict]}\n`;
}
