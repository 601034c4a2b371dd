/** Words about notifiers of page tables that stand in the code of a file. */
import { NOTIFIER_HINT } from '../../kernel/sinks/index.js';
import type { Range } from '../../syntax/ir.js';

/** A comment or a string, or one of the words. */
function scanner(words: RegExp): RegExp {
	return new RegExp(
		`/\\*[^]*?(?:\\*/|(?![\\s\\S]))|//[^\\n]*|"(?:\\\\.|[^"\\\\\\n])*"?|(${words.source})|<linux/(?:mmu_notifier|hmm)\\.h>`,
		'g',
	);
}

/** The first place where one of the words stands in the code, or its header is included; undefined when none does. */
export function inCode(text: string, words: RegExp): Range | undefined {
	if (!NOTIFIER_HINT.test(text)) return undefined;
	for (const match of text.matchAll(scanner(words))) {
		if (match[0].startsWith('/*') || match[0].startsWith('//') || match[0].startsWith('"')) continue;
		return { start: match.index, end: match.index + match[0].length };
	}
	return undefined;
}

/** The first place where code is told of changes of user page tables, past includes; undefined when none is. */
export function toldIn(text: string, words: RegExp): Range | undefined {
	if (!NOTIFIER_HINT.test(text)) return undefined;
	for (const match of text.matchAll(new RegExp(`^[ \\t]*#[ \\t]*include[^\\n]*|${scanner(words).source}`, 'gm'))) {
		if (/^(?:\/[*/]|"|\s*#)/.test(match[0])) continue;
		return { start: match.index, end: match.index + match[0].length };
	}
	return undefined;
}
