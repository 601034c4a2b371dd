import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic, Position, Range } from 'vscode-languageserver/node';

/** Takes a reference, spells out FOLL_GET, and gives back a pin: a hint and an error in one function. */
export const GRAB = `#include <linux/mm.h>

int grab(unsigned long start, struct page **pages)
{
	int got = get_user_pages_fast(start, 1, FOLL_WRITE | FOLL_GET, pages);

	if (got < 1)
		return got;
	unpin_user_page(pages[0]);
	return 0;
}
`;

/** Uses the old iterator call: what is said about it depends on the kernel. */
export const ITER = `#include <linux/uio.h>

ssize_t collect(struct iov_iter *iter, struct page **pages, size_t *offset)
{
	return iov_iter_get_pages2(iter, pages, PAGE_SIZE, 1, offset);
}
`;

/** Position of the first character of `needle`, plus `more` UTF-16 units. */
export function at(text: string, needle: string, more = 0): Position {
	const offset = text.indexOf(needle);
	if (offset < 0) throw new Error(`no "${needle}" in the text`);
	const before = text.slice(0, offset + more).split('\n');
	return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}

export function over(text: string, needle: string): Range {
	return { start: at(text, needle), end: at(text, needle, needle.length) };
}

export function codes(diagnostics: readonly Diagnostic[]): string[] {
	return diagnostics.map(({ code }) => String(code)).sort();
}

/** A folder with files that is removed with the process. @returns its URI without a trailing "/" */
export function folder(files: Readonly<Record<string, string>>): string {
	const root = mkdtempSync(join(tmpdir(), 'gup-lens-test-'));
	process.once('exit', () => rmSync(root, { recursive: true, force: true }));
	for (const [path, text] of Object.entries(files)) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return pathToFileURL(root).href;
}

/** What makes a folder a kernel tree of that version, without headers of its own. */
export function treeOf(version: string): Record<string, string> {
	const [major, minor, sub] = version.split('.');
	return {
		Makefile: `VERSION = ${major}\nPATCHLEVEL = ${minor}\nSUBLEVEL = ${sub}\nEXTRAVERSION =\nKERNELVERSION = $(VERSION)\n`,
		Kbuild: '# the top Kbuild\n',
	};
}
