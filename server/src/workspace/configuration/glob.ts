/** Globs of a configuration file, which nobody trusts, as patterns whose time grows with the product of glob and path alone. */
import { Pattern } from '../maintainers/pattern.js';

/** UTF-16 units of one glob. */
export const LONGEST_GLOB = 200;
/** Steps for one path. */
const MOST_STEPS = 200_000;

/**
 * A glob as in .gitignore: `*`, `?` and `[a-z]` stay within a name, `**` goes through folders, `{a,b}` is one of several. Without
 * a "/" but at its end it may be the name of any file or folder; what matches a folder matches all that is in it.
 * @returns undefined for what is none
 */
export function globOf(glob: string): Pattern | undefined {
	if (glob === '' || glob.length > LONGEST_GLOB || /[\\\n]/.test(glob)) return undefined;
	const plain = glob.replace(/^\.?\//, '').replace(/\/+$/, '');
	const isName = !glob.replace(/\/+$/, '').includes('/');
	const body = plain === '' ? undefined : translated(plain);
	return body === undefined ? undefined : Pattern.of(`^${isName ? '(?:.*/)?' : ''}${body}(?:/.*)?$`);
}

/** @param path relative to the folder of the configuration, with "/" */
export function isMatched(globs: readonly Pattern[], path: string): boolean {
	const steps = { left: MOST_STEPS };
	return globs.some((glob) => glob.isIn(path, steps));
}

function translated(glob: string): string | undefined {
	let out = '';
	let depth = 0;
	for (let at = 0; at < glob.length; at++) {
		const rest = glob.slice(at);
		const [stars = ''] = /^\*+/.exec(rest) ?? [];
		const [set] = /^\[!?\]?[^\]]*\]/.exec(rest) ?? [];
		const char = glob[at] as string;
		if (/^\*\*+\//.test(rest) && (at === 0 || glob[at - 1] === '/')) {
			out += '(?:.*/)?';
			at += stars.length;
		} else if (stars !== '') {
			out += stars.length > 1 ? '.*' : '[^/]*';
			at += stars.length - 1;
		} else if (char === '?') out += '[^/]';
		else if (char === '[') {
			if (set === undefined) return undefined;
			out += set.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
			at += set.length - 1;
		} else if (char === '{') {
			out += '(?:';
			depth++;
		} else if (char === '}' && depth > 0) {
			out += ')';
			depth--;
		} else if (char === ',' && depth > 0) out += '|';
		else out += /\w/.test(char) ? char : `\\${char}`;
	}
	return depth === 0 ? out : undefined;
}
