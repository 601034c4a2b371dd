import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import type { Files } from './files.js';
import { mails } from './mbox.js';

/** A patch that cannot be read or does not fit the tree. */
export class PatchError extends Error {}

/** Files after a series, by path from the top of the tree. */
export interface Applied {
	/** New text; undefined for a file that a patch removes. */
	readonly texts: ReadonlyMap<string, string | undefined>;
	/** Name before the series of a file that a patch moves. */
	readonly moved: ReadonlyMap<string, string>;
}

/** One file of a patch. */
interface FilePatch {
	readonly before: string | undefined;
	readonly now: string | undefined;
	/** undefined where only the name changes. */
	readonly patch: StructuredPatch | undefined;
	/** The old name stays. */
	readonly copy: boolean;
}

/**
 * Apply a patch, a mail or a series of mails in memory, the later ones onto what the earlier ones leave.
 * @param text as `git format-patch`, `git diff` or `b4` write it
 * @param top absolute path of the tree, with "/"
 * @throws PatchError
 */
export async function applySeries(text: string, top: string, files: Files): Promise<Applied> {
	const texts = new Map<string, string | undefined>();
	const moved = new Map<string, string>();
	const all = await mails(text);
	let seen = 0;
	for (const [i, mail] of all.entries()) {
		const where = all.length > 1 ? `patch ${i + 1} of ${all.length}${mail.subject && ` (${mail.subject})`}: ` : '';
		for (const { before, now, patch, copy } of patchesOf(mail.text, where)) {
			seen++;
			const old = before === undefined ? '' : await current(before, top, texts, files);
			if (old === undefined) throw new PatchError(`${where}${before} is not in the tree`);
			const after = patch && patch.hunks.length > 0 ? applyPatch(old, patch, { autoConvertLineEndings: true }) : old;
			if (after === false) throw new PatchError(`${where}does not apply to ${before ?? now}`);
			const renamed = before !== undefined && before !== now;
			if (renamed && !copy) texts.set(before, undefined);
			if (now === undefined) continue;
			texts.set(now, after);
			if (renamed) moved.set(now, moved.get(before) ?? before);
		}
	}
	if (seen === 0) throw new PatchError('no diff in it');
	return { texts, moved };
}

async function current(
	path: string,
	top: string,
	texts: ReadonlyMap<string, string | undefined>,
	files: Files,
): Promise<string | undefined> {
	return texts.has(path) ? texts.get(path) : files.read(`${top}/${path}`);
}

/** What a mail says of each file: sections of git, or of plain `diff -u`. */
function patchesOf(text: string, where: string): FilePatch[] {
	// the signature of a mail ends the last hunk; a removed line of a list looks like its mark
	const body = text.replace(/\r\n/g, '\n').replace(/\n-- \n[^\n]*\n*$/, '\n');
	const git = body.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
	const start = body.search(/^--- \S.*\n\+\+\+ \S/m);
	const sections = git.length > 0 ? git : start < 0 ? [] : [body.slice(start)];
	try {
		return sections.flatMap((section) => (git.length > 0 ? gitSection(section) : parsePatch(section).map(named)));
	} catch (error) {
		if (error instanceof PatchError) throw new PatchError(where + error.message);
		throw new PatchError(`${where}${(error as Error).message}`);
	}
}

/** Nothing for a change of mode alone, or a binary file. Names may be quoted as in C: git does that with all but plain ones. */
function gitSection(section: string): FilePatch[] {
	const [patch] = parsePatch(section);
	if (!patch) return [];
	const { oldFileName, newFileName, isCopy = false, isRename = false, hunks } = patch;
	if (isCopy || isRename)
		return [
			{
				before: side(oldFileName),
				now: side(newFileName),
				patch: hunks.length > 0 ? patch : undefined,
				copy: isCopy,
			},
		];
	return /^--- /m.test(section) ? [named(patch)] : [];
}

function named(patch: StructuredPatch): FilePatch {
	return { before: side(patch.oldFileName), now: side(patch.newFileName), patch, copy: false };
}

/** "a/drivers/foo.c" as a path of the tree; undefined for /dev/null. */
function side(name: string | undefined): string | undefined {
	if (name === undefined || name === '/dev/null') return undefined;
	return safe(name.replace(/^[^/]+\//, ''));
}

/** A patch comes from anywhere: its paths must stay in the tree. */
function safe(path: string): string {
	if (path.startsWith('/') || path.split('/').includes('..')) throw new PatchError(`"${path}" leaves the tree`);
	return path;
}
