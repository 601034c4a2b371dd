/** What stands under the pointer, explained for one kernel. */
import { knownUser } from '../kernel/index.js';
import type { Kernel, KnownUser } from '../kernel/types.js';
import { words } from '../kernel/words.js';
import type { Range } from '../syntax/ir.js';
import { tokenText } from '../syntax/tokens.js';
import { around, type Enclosing, enclosingFunction, isMember, nameAt, rangeOf } from './code.js';
import { type AboutCall, apiHover, exceptionMarkdown, flagHover } from './markdown.js';

export interface Hover {
	/** UTF-16 offsets of the name that is explained. */
	readonly range: Range;
	readonly markdown: string;
}

interface HoverOptions {
	/** Path relative to the kernel tree, or absolute; "/" separators. */
	readonly path: string;
	readonly kernel: Kernel;
	/** What is known of the call under the pointer itself; asked only when there is one. */
	readonly site?: () => AboutCall;
	/** The function that a name which is none of the family stands for, as a macro of the module. */
	readonly macro?: () => string | undefined;
}

/** A file outside mm/ and the headers that defines the name itself means its own function. */
function hasOwn(text: string, name: string, path: string): boolean {
	if (/(?:^|\/)(?:mm|include\/linux|lib)\//.test(path)) return false;
	return new RegExp(`^static\\b[^;{}()=]*\\b${name}\\s*\\(`, 'm').test(text);
}

/** The judgement on the function around; rows for a whole file hold for functions that name the family. */
function judgement(text: string, fn: Enclosing | undefined, path: string): KnownUser | undefined {
	const user = knownUser(path, fn?.name);
	if (!user || user.functions || !fn) return user;
	const body = text.slice(fn.range.start, fn.range.end);
	return words.some((word) => body.includes(word)) ? user : undefined;
}

/**
 * Explains the API, the flag or the exceptional function at an offset.
 * @param offset UTF-16, 0-based
 */
export function hoverAt(text: string, offset: number, { path, kernel, site, macro }: HoverOptions): Hover | undefined {
	const place = around(text, offset);
	const at = place ? nameAt(place) : -1;
	if (!place || at < 0 || isMember(place.tokens, at)) return undefined;
	const name = tokenText(place.tokens, at);
	const range = rangeOf(place.tokens, at);
	const fn = enclosingFunction(text, offset);
	const flag = kernel.flag(name);
	if (flag) return { range, markdown: flagHover(flag, kernel, { user: judgement(text, fn, path), fn: fn?.name }) };
	const api = kernel.api(name);
	if (api) {
		return hasOwn(text, name, path)
			? undefined
			: { range, markdown: apiHover(api, kernel, { user: judgement(text, fn, path), fn: fn?.name, call: site?.() }) };
	}
	const meant = macro?.();
	const behind = meant === undefined ? undefined : kernel.api(meant);
	if (behind) {
		const about = apiHover(behind, kernel, { user: judgement(text, fn, path), fn: fn?.name, call: site?.() });
		return { range, markdown: `\`${name}\` stands for \`${meant}()\` here.\n\n${about}` };
	}
	const own = fn && fn.nameRange.start === range.start ? judgement(text, fn, path) : undefined;
	const listed = knownUser(path, name);
	const user = own ?? (listed?.functions?.includes(name) ? listed : undefined);
	return user && { range, markdown: exceptionMarkdown(user, kernel, name) };
}
