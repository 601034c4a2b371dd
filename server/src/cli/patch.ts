import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { slashed } from '../workspace/collect.js';
import type { SourceText } from '../workspace/text.js';
import type { Target } from './scan.js';

interface Patch {
	/** Unified diff in the bytes of the file. */
	readonly bytes: Buffer;
	/** Folder, absolute, in which `patch -p1` and `git apply` take it. */
	readonly folder: string;
}

/** The diff from a file to its fixed text. Its path has no "..": patch and git refuse such. */
export function patch(target: Target, text: string, cwd: string): Patch {
	const { folder, path } = placeOf(target, cwd);
	return { bytes: unified(path, target.source.text, text, target.source), folder };
}

/**
 * A unified diff that git and patch take: names that are not plain are quoted as in C, what is in the file stays byte for byte.
 * @param like the file that both texts are of
 */
export function unified(path: string, before: string, after: string, like: SourceText): Buffer {
	const bom = like.bom ? '\uFEFF' : '';
	const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, bom + before, bom + after, undefined, undefined, {
		context: 3,
		headerOptions: FILE_HEADERS_ONLY,
	});
	return Buffer.from(withHeadings(diff.replace(WITH_BLANKS, '--- $1\t\n+++ $2\t\n'), before), like.encoding);
}

/** Columns of what stands behind the line numbers of a hunk; as git has it. */
const HEADING = 80;
/** A line that git takes for the start of a function, by its driver for C: none that is a label. */
const STARTS_FUNCTION = /^[A-Za-z_$]/;
const LABEL = /^\s*[A-Za-z_]\w*:\s*(?:$|\/[/*])/;

/** The function each hunk is in, as `git diff` writes it: a reader of the mail has nothing else to tell. */
function withHeadings(diff: string, before: string): string {
	const lines = before.split('\n');
	return diff.replace(/^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@$/gm, (header, start: string) => {
		for (let at = Number(start) - 2; at >= 0; at--) {
			const line = lines[at] as string;
			if (!STARTS_FUNCTION.test(line) || LABEL.test(line)) continue;
			return `${header} ${line.slice(0, HEADING).trimEnd()}`;
		}
		return header;
	});
}

/** A name that has blanks ends with a tab, or patch would take it to end at the first. */
const WITH_BLANKS = /^--- (a\/.* .*)\n\+\+\+ (b\/.*)\n/;

/** From the top of the kernel tree, as kernel patches are; else from the nearest folder that holds file and cwd. */
function placeOf({ path, judged }: Target, cwd: string): { readonly folder: string; readonly path: string } {
	if (judged.tree) return { folder: judged.tree.root, path: judged.path };
	let folder = slashed(cwd);
	let rest = path;
	while (rest.startsWith('../')) {
		rest = rest.slice(3);
		folder = folder.slice(0, folder.lastIndexOf('/'));
	}
	return { folder: folder || '/', path: rest };
}
