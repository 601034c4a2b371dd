/** Comments and messages that name a function which is called no more: renamed with it where that alone makes them right. */
import type { FileContext } from '../analysis/context.js';
import type { Edit } from '../rules/rule.js';
import type { FunctionIR, Range } from '../syntax/ir.js';
import type { ConversionScope } from './conversion-scope.js';
import { columns, LINE } from './layout.js';

/** A place in a comment or a message. */
export interface Mention extends Range {
	/** The comment or the string it is in. */
	readonly within: Range;
	readonly isComment: boolean;
	/** The name that stands there. */
	readonly name: string;
}

const COMMENTS = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"?/g;

/** Places that are renamed in one file; no kernel file has more than a handful. */
const MOST = 100;

/** UTF-16 units of a sentence on either side of a name. */
const AROUND = 400;

/** Ends of sentences, and lines of a comment that begin a new item. */
const SENTENCES = /[.;:](?=\s)|\n\s*\*?\s*\n/;

/** Words of a sentence that says more than which function is called: with another name it may be wrong. */
const SAYS_MORE =
	/\b(?:not|never|cannot|instead|unlike|rather|avoid|without|before|used to|formerly|because|references?|FOLL_\w+|put_page\w*|unpin\w*)\b|n't\b/i;

/** The name of the whole family, as comments have it: "obtained using get_user_pages". */
function familyOf(name: string): string | undefined {
	return /^(?:get_user_pages|iov_iter_get_pages)/.exec(name)?.[0];
}

/** What a comment calls the function that is called from now on. */
export function newName(former: string, mentioned: string, api: string): string {
	if (mentioned === former) return api;
	return mentioned === 'get_user_pages' ? 'pin_user_pages' : 'iov_iter_extract_pages';
}

/** Places that name one of the functions, or their family, in the order of the text. */
export function mentionsOf(file: FileContext, names: readonly string[]): readonly Mention[] {
	return mentionsIn(file.text.slice(0, file.unit.own), names);
}

function mentionsIn(own: string, names: readonly string[]): readonly Mention[] {
	const all = new Set([...names, ...names.flatMap((name) => familyOf(name) ?? [])]);
	const word = new RegExp(`\\b(?:${[...all].join('|')})\\b`, 'g');
	return [...own.matchAll(COMMENTS)].flatMap(({ 0: text, index }) =>
		[...text.matchAll(word)].map((match) => {
			const start = index + match.index;
			return {
				start,
				end: start + match[0].length,
				within: { start: index, end: index + text.length },
				isComment: text.startsWith('/'),
				name: match[0],
			};
		}),
	);
}

/** Comments or messages of another file name one of the functions, none of which is called there. */
export function namesInComments(text: string, names: readonly string[]): boolean {
	const [first] = mentionsIn(text, names);
	if (!first) return false;
	const code = text.replace(COMMENTS, ' ');
	return !names.some((name) => new RegExp(`\\b${familyOf(name) ?? name}\\w*\\s*\\(`).test(code));
}

/** What a comment stands above, or the function it or a message is in; its line where that is not told. */
export function placeOf(file: FileContext, { start, within }: Mention): string {
	const fn = file.ir.functions.find(({ body }) => holds(body, within));
	// of a function that is not read, the indentation tells whether the place is in it
	const isInside = /[ \t]$/.test(file.text.slice(0, within.start));
	const around = fn?.name ?? (isInside ? file.ir.around(start) : undefined);
	if (around !== undefined) return `in ${around}()`;
	const behind = file.text.slice(within.end, within.end + AROUND);
	const [, macro, name] = /^\s*(?:#\s*define\s+(\w+)|[\w\s*]*?\b(\w+)\s*\()/.exec(behind) ?? [];
	if (macro !== undefined) return `above ${macro}`;
	return name === undefined ? `line ${file.text.slice(0, start).split('\n').length}` : `above ${name}()`;
}

/** A call of this function, or of its family, that stays as it is. */
function isStillCalled(file: FileContext, name: string, handling: ConversionScope): boolean {
	const gone = new Set(handling.takings.map(({ call }) => call.nameRange.start));
	const family = familyOf(name);
	const isMeant = (called: string): boolean => called === name || (name === family && called.startsWith(name));
	return file.calls.some(({ call }) => isMeant(call.name) && !gone.has(call.nameRange.start));
}

function holds(outer: Range, inner: Range): boolean {
	return outer.start <= inner.start && inner.end <= outer.end;
}

/** The name alone may change: nothing around it speaks of more, and the line does not become too long. */
function isPlain({ text }: FileContext, { start, end, within, isComment }: Mention, name: string): boolean {
	const before =
		text
			.slice(Math.max(within.start, start - AROUND), start)
			.split(SENTENCES)
			.at(-1) ?? '';
	const behind = text.slice(end, Math.min(within.end, end + AROUND)).split(SENTENCES)[0] ?? '';
	if (isComment && SAYS_MORE.test(before + behind)) return false;
	const from = text.lastIndexOf('\n', start - 1) + 1;
	const line = /^[^\n]*/.exec(text.slice(from))?.[0] ?? '';
	const after = text.slice(from, start) + name + text.slice(end, from + line.length);
	return columns(after) <= Math.max(LINE, columns(line));
}

/**
 * Edits of the analysed file itself.
 * @param api the function that is called from now on
 */
export function renamedMentions(
	file: FileContext,
	handling: ConversionScope,
	api: string,
): readonly (Edit & Mention)[] {
	const names = [...new Set(handling.takings.map(({ call }) => call.name))];
	const [former = ''] = names;
	// of several, a comment that names one may mean either
	if (names.length !== 1) return [];
	const takers = handling.takings.flatMap(({ fn }) => fn ?? []);
	const mentions = mentionsOf(file, names);
	if (mentions.length > MOST) return [];
	return mentions.flatMap((mention) => {
		const isOfTaker = takers.some((fn: FunctionIR) => holds(fn.body, mention));
		// an extraction differs in more than its name from what a comment may say of the old function
		if (mention.isComment && former.startsWith('iov_iter_')) return [];
		// a message is about the call beside it
		if (!mention.isComment && !isOfTaker) return [];
		if (isStillCalled(file, mention.name, handling)) return [];
		const text = newName(former, mention.name, api);
		return isPlain(file, mention, text) ? [{ ...mention, text }] : [];
	});
}

/** The whole string around a renamed name, as a semantic patch has to have it; undefined for a comment, or a part of a string. */
export function renamedString(file: FileContext, edit: Edit & Mention): { before: string; after: string } | undefined {
	if (edit.isComment) return undefined;
	const { within } = edit;
	const isPart =
		/"\s*$/.test(file.text.slice(Math.max(0, within.start - AROUND), within.start)) ||
		/^\s*(?:"|[A-Z_]+\b)/.test(file.text.slice(within.end, within.end + AROUND));
	if (isPart) return undefined;
	const before = file.slice(within);
	const [start, end] = [edit.start - within.start, edit.end - within.start];
	return { before, after: before.slice(0, start) + edit.text + before.slice(end) };
}
