import { applyPatch, parsePatch, reversePatch, type StructuredPatch } from 'diff';
import type { Files } from './files.js';
import { type Mail, mails } from './mbox.js';

/** A patch that cannot be read or does not fit the tree. */
export class PatchError extends Error {}

/** One state of files that a series leads from or to, as far as the tree here differs from it: undefined for a file that is not there. */
type Texts = ReadonlyMap<string, string | undefined>;

/** The two states a series leads from and to; paths from the top of the tree. */
export interface Applied {
	readonly before: Texts;
	readonly now: Texts;
	/** Files that differ, by their names in both states; undefined where there is none. */
	readonly files: readonly { readonly before: string | undefined; readonly now: string | undefined }[];
}

/** One file of a patch. */
interface FilePatch {
	readonly before: string | undefined;
	readonly now: string | undefined;
	/** undefined where only the name changes. */
	readonly patch: StructuredPatch | undefined;
	/** The old name stays. */
	readonly copy: boolean;
	/** Names of the contents before and after, as git abbreviates them. */
	readonly blobs?: readonly [before: string, now: string] | undefined;
	/** "patch 2 of 3 (subject): ", or nothing. */
	readonly where: string;
}

/** Both contents of a file that a commit of the repository changed, by the names its mail has; undefined where there is none. */
export type Recorded = (path: string, before: string, now: string) => Promise<readonly [string, string] | undefined>;

/**
 * What a patch, a mail or a series of mails changes. Where the tree does not have it, it is applied in memory, the later patches
 * onto what the earlier ones leave; where the tree has it already, it is taken back. One that is in the tree with others on top
 * is found in the repository by the contents that its mail names.
 * @param text as `git format-patch`, `git diff` or `b4` write it
 * @param top absolute path of the tree, with "/"
 * @throws PatchError
 */
export async function applySeries(text: string, top: string, files: Files, recorded: Recorded): Promise<Applied> {
	const all = await mails(text);
	const steps = all.flatMap((mail, i) => {
		const where = all.length > 1 ? `patch ${i + 1} of ${all.length}${mail.subject && ` (${mail.subject})`}: ` : '';
		return patchesOf(mail.text, where);
	});
	if (steps.length === 0) throw new PatchError('no diff in it');
	const tree = (path: string): Promise<string | undefined> => files.read(`${top}/${path}`);
	const back = await follow(steps.map(reversed).reverse(), tree);
	const ahead = await follow(steps, tree);
	// where both fit, as after the same lines were added twice, the numbers of the lines tell
	const isThere = !(back instanceof PatchError) && (ahead instanceof PatchError || (back.exact && !ahead.exact));
	if (isThere)
		return { before: back.texts, now: new Map(), files: back.pairs.map(({ from, to }) => ({ before: to, now: from })) };
	if (!(ahead instanceof PatchError))
		return {
			before: new Map(),
			now: ahead.texts,
			files: ahead.pairs.map(({ from, to }) => ({ before: from, now: to })),
		};
	const found = await contents(steps, recorded);
	if (found) return found;
	throw new PatchError(ahead.message + (await asides(all, steps, tree)));
}

/** Where steps that were followed one after the other lead. */
interface Followed {
	readonly texts: Texts;
	/** All hunks fit at the very lines they name. */
	readonly exact: boolean;
	/** Names at the start and at the end. */
	readonly pairs: readonly { readonly from: string | undefined; readonly to: string | undefined }[];
}

/** @returns an error where one does not fit */
async function follow(
	steps: readonly FilePatch[],
	tree: (path: string) => Promise<string | undefined>,
): Promise<Followed | PatchError> {
	const texts = new Map<string, string | undefined>();
	const moved = new Map<string, string>();
	let exact = true;
	const current = async (path: string) => (texts.has(path) ? texts.get(path) : tree(path));
	for (const { before, now, patch, copy, where } of steps) {
		const isNew = before === undefined || (before !== now && !copy);
		if (isNew && now !== undefined && (await current(now)) !== undefined)
			return new PatchError(`${where}${now} is in the tree already`);
		const old = before === undefined ? '' : await current(before);
		if (old === undefined) return new PatchError(`${where}${before} is not in the tree`);
		const after = patch && patch.hunks.length > 0 ? applyPatch(old, patch, { autoConvertLineEndings: true }) : old;
		exact &&= patch?.hunks.every((hunk) => fitsExactly(old, hunk)) ?? true;
		if (after === false) return new PatchError(`${where}does not apply to ${before ?? now}`);
		const renamed = before !== undefined && before !== now;
		if (renamed && !copy) texts.set(before, undefined);
		if (now === undefined) continue;
		texts.set(now, after);
		if (renamed) moved.set(now, moved.get(before) ?? before);
	}
	const gone = new Set(moved.values());
	const pairs = [...texts].flatMap(([path, text]): Followed['pairs'] => {
		if (text === undefined) return gone.has(path) ? [] : [{ from: path, to: undefined }];
		return [{ from: moved.get(path) ?? path, to: path }];
	});
	return { texts, exact, pairs };
}

/** The lines a hunk starts from stand where it says; without context behind them they end the text. */
function fitsExactly(text: string, { oldStart, lines }: StructuredPatch['hunks'][number]): boolean {
	const all = text.split(/\r?\n/);
	if (all.at(-1) === '') all.pop();
	const changes = lines.filter((line) => !line.startsWith('\\'));
	const old = changes.flatMap((line) => (line.startsWith('+') ? [] : [line.slice(1).replace(/\r$/, '')]));
	// of none the line before is named
	const first = old.length === 0 ? oldStart : oldStart - 1;
	const isLast = !changes.at(-1)?.startsWith(' ');
	return old.every((line, i) => all[first + i] === line) && (!isLast || first + old.length === all.length);
}

/** The step that takes one back. */
function reversed({ before, now, patch, copy, where }: FilePatch): FilePatch {
	const back = patch && reversePatch(patch);
	// a copy is removed, whatever became of its source
	return copy
		? { before: now, now: undefined, patch: undefined, copy: false, where }
		: { before: now, now: before, patch: back, copy, where };
}

/** Both states as the repository has them; undefined where it lacks one, or where a mail does not lead from one to the other. */
async function contents(steps: readonly FilePatch[], recorded: Recorded): Promise<Applied | undefined> {
	const first = new Map<string, string | undefined>();
	const last = new Map<string, string | undefined>();
	for (const { before, now, patch, blobs: names } of steps) {
		if (!names || !patch || before !== now || before === undefined) return undefined;
		const [old, text] = (await recorded(before, ...names)) ?? [];
		if (old === undefined || text === undefined) return undefined;
		// a later mail starts where the one before it ends
		if (first.has(before) && last.get(before) !== old) return undefined;
		if (applyPatch(old, patch, { autoConvertLineEndings: true }) !== text) return undefined;
		if (!first.has(before)) first.set(before, old);
		last.set(before, text);
	}
	return { before: first, now: last, files: [...last.keys()].map((path) => ({ before: path, now: path })) };
}

/** What else may be wrong with a series that fits neither way. */
async function asides(
	all: readonly Mail[],
	steps: readonly FilePatch[],
	tree: (path: string) => Promise<string | undefined>,
): Promise<string> {
	const numbers = all.flatMap(({ subject }) => /\[[^\]]*?(\d+)\/\d+\]/.exec(subject)?.[1] ?? []).map(Number);
	if (numbers.some((number, i) => number < (numbers[i - 1] ?? 0)))
		return '; the mails are not in the order of their numbers';
	const there: string[] = [];
	for (const step of steps)
		if (!((await follow([reversed(step)], tree)) instanceof PatchError)) there.push(step.now ?? step.before ?? '');
	if (there.length === 0) return '';
	return `; the tree has some of it already, in ${[...new Set(there)].slice(0, 3).join(', ')}`;
}

/** One file of one mail. */
type Step = Omit<FilePatch, 'where'>;

/** What a mail says of each file: sections of git, or of plain `diff -u`. */
function patchesOf(text: string, where: string): FilePatch[] {
	// the signature of a mail ends the last hunk; a removed line of a list looks like its mark
	const body = text.replace(/\r\n/g, '\n').replace(/\n-- \n[^\n]*\n*$/, '\n');
	const git = body.split(/^(?=diff --git )/m).filter((part) => part.startsWith('diff --git '));
	const start = body.search(/^--- \S.*\n\+\+\+ \S/m);
	const sections = git.length > 0 ? git : start < 0 ? [] : [body.slice(start)];
	try {
		return sections
			.flatMap((section) => (git.length > 0 ? gitSection(section) : parsePatch(section).map(named)))
			.map((step) => ({ ...step, where }));
	} catch (error) {
		if (error instanceof PatchError) throw new PatchError(where + error.message);
		throw new PatchError(`${where}${(error as Error).message}`);
	}
}

/** Nothing for a change of mode alone, or a binary file. Names may be quoted as in C: git does that with all but plain ones. */
function gitSection(section: string): Step[] {
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
	const [, before, now] = /^index ([0-9a-f]{7,64})\.\.([0-9a-f]{7,64})/m.exec(section) ?? [];
	const blobs = before !== undefined && now !== undefined ? ([before, now] as const) : undefined;
	return /^--- /m.test(section) ? [{ ...named(patch), blobs }] : [];
}

function named(patch: StructuredPatch): Step {
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
