/** Which commit brought some lines, as git tells. */
import { relative, resolve } from 'node:path';
import { structuredPatch } from 'diff';
import { realpath } from '../../programs/find.js';
import { Git, GitError } from '../../programs/git.js';
import { oneLine } from '../../workspace/wording.js';

/** Digits of a hash in a tag (Documentation/process/submitting-patches.rst). */
const DIGITS = 12;

/** Line of the former text that a line of the present one was; undefined for one that is new. Both from 1. */
export function formerLine(former: string, present: string, line: number): number | undefined {
	if (former === present) return line;
	let shift = 0;
	for (const hunk of structuredPatch('', '', former, present, '', '', { context: 0 }).hunks) {
		if (line < hunk.newStart) break;
		if (line < hunk.newStart + hunk.newLines) return undefined;
		shift += hunk.oldLines - hunk.newLines;
	}
	return line + shift;
}

/** Lines of a text that another one changes, or adds something before. From 1. */
export function changedLines(text: string, after: string): number[] {
	return structuredPatch('', '', text, after, '', '', { context: 0 }).hunks.map(({ oldStart }) => oldStart);
}

/** The commit of one line. */
interface Blamed {
	readonly hash: string;
	readonly time: number;
}

/** Out of `git blame --porcelain`; undefined for a line that is not committed, and where the history begins with its commit. */
export function readBlame(said: string): Blamed | undefined {
	const hash = /^([0-9a-f]{40,64}) /.exec(said)?.[1];
	const time = /^committer-time (\d+)$/m.exec(said)?.[1];
	const header = said.slice(0, Math.max(0, said.indexOf('\n\t')));
	if (hash === undefined || time === undefined || /^0+$/.test(hash) || /^boundary$/m.test(header)) return undefined;
	return { hash, time: Number(time) };
}

/**
 * `Fixes:` for what is wrong since the last of some lines came.
 * @param path from `root`
 * @param lines of the file as it is in the work tree, from 1
 * @returns undefined where git does not know
 */
export async function fixesTag(root: string, path: string, lines: readonly number[]): Promise<string | undefined> {
	if (lines.length === 0) return undefined;
	try {
		const git = await Git.around(root);
		const file = relative(git.top, resolve(realpath(root), path));
		const found: Blamed[] = [];
		for (const line of lines) {
			const range = ['-w', '--porcelain', '--no-textconv', '--ignore-revs-file=', '-L', `${line},${line}`];
			const blamed = readBlame(await git.run(['blame', ...range, '--', file]));
			if (!blamed) return undefined;
			found.push(blamed);
		}
		const [last] = found.sort((a, b) => b.time - a.time);
		const show = ['log', '-1', '--no-show-signature', '--no-mailmap', '--format=%s', last?.hash ?? '', '--'];
		const subject = oneLine((await git.run(show)).split('\n')[0] ?? '');
		return `Fixes: ${last?.hash.slice(0, DIGITS)} ("${subject}")`;
	} catch (error) {
		if (error instanceof GitError) return undefined;
		throw error;
	}
}
