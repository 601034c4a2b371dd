/** Words about notifiers of page tables that stand in the code of a file. */
import { NOTIFIER_HINT } from '../../kernel/sinks/index.js';
import type { Range } from '../../syntax/ir.js';
import { inCode, scanner } from '../code-words.js';

const HEADER = /<linux\/(?:mmu_notifier|hmm)\.h>/;

/** The first place where one of the words stands in the code, or its header is included; undefined when none does. */
export function namedIn(text: string, words: RegExp): Range | undefined {
	return NOTIFIER_HINT.test(text) ? inCode(text, new RegExp(`${words.source}|${HEADER.source}`)) : undefined;
}

/** The first place where code is told of changes of user page tables, past includes; undefined when none is. */
export function notifierUse(text: string, words: RegExp): Range | undefined {
	if (!NOTIFIER_HINT.test(text)) return undefined;
	for (const match of text.matchAll(scanner(words, '^[ \\t]*#[ \\t]*include[^\\n]*|'))) {
		if (/^(?:\/[*/]|"|\s*#)/.test(match[0])) continue;
		return { start: match.index, end: match.index + match[0].length };
	}
	return undefined;
}
