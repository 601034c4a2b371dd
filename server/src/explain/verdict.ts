/** A verdict and its reason in one line. */
import { caseWords, pinCase } from '../kernel/cases.js';
import { exception } from '../kernel/exceptions.js';
import type { KnownUser } from '../kernel/types.js';
import type { Site, Verdict } from '../verdict/site.js';
import { WIDTH } from './layout.js';
import { code, upperFirst } from './prose.js';

export const VERDICTS: Readonly<Record<Verdict, string>> = {
	keep: 'may keep plain references',
	convert: 'must convert',
	benefit: 'would benefit from a conversion',
	ok: 'is right as it is',
	bug: 'is wrong',
};

/** "CASE 3: MMU notifier", or the title of the exception where the kernel documentation has no case for it. */
export function reasonWords(reason: NonNullable<KnownUser['reason']>): string | undefined {
	const known = exception(reason);
	const pin = known?.pinCase === undefined ? undefined : pinCase(known.pinCase);
	return pin ? caseWords(pin) : known?.title;
}

/** Whole words of a sentence, as far as so many characters have room for them. */
function shortened(text: string, room: number): string {
	if (text.length <= room) return text;
	const cut = text.slice(0, room - 1);
	return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), room / 2)).replace(/[\s,;:]+$/, '')}…`;
}

/**
 * "**Must convert to `pin_user_pages`**: the pages reach dma_map_page()"
 * @param clean makes words of a tree harmless: one line, no markup
 */
export function verdictLine(
	{ verdict, target, reason, evidence, decidedBy }: Site,
	clean: (words: string) => string,
): string {
	const to = target === null ? '' : ` to ${code(target)}`;
	// what the table says is a sentence for a paragraph: the line has what is seen, if anything is
	const seen = decidedBy === 'known-user' ? (evidence[1] ?? evidence[0]) : evidence[0];
	const verdictWords = `${upperFirst(VERDICTS[verdict])}${to}`;
	const why = (reason && reasonWords(reason)) ?? (seen && clean(shortened(seen.text, WIDTH - verdictWords.length - 2)));
	return `**${verdictWords}**${why ? `: ${why}` : ''}`;
}
