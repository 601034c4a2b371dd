/** Files as they are in a revision of git, for `check --rev`. */
import { isAbsolute, resolve } from 'node:path';
import { AuditError } from '../audit/report.js';
import { listRevision } from '../audit/revisionListing.js';
import { Git, GitError } from '../programs/git.js';
import { type collect, fromFolder, NOT_REGULAR, reasonOf, slashed } from '../workspace/collect.js';
import { TOO_LARGE } from '../workspace/limits.js';
import { isC } from '../workspace/paths.js';
import { judge, type Read } from '../workspace/read.js';
import { revisionNamed } from '../workspace/revision.js';
import { Revisions, type RevisionTree } from '../workspace/revisionTree.js';
import { UsageError } from './io.js';
import type { ScannedFrom } from './scan.js';

/**
 * The files of a revision of the repository around a folder; whoever opens it ends it.
 * @throws UsageError without repository or revision
 */
export async function openForCheck(name: string, cwd: string): Promise<ScannedFrom & { end(): void }> {
	try {
		const git = await Git.around(cwd);
		const revisions = new Revisions(git);
		const tree = await revisions.tree((await revisionNamed(git, name)).tree);
		return {
			files: tree,
			collect: (paths, here) => collectIn(tree, paths, here),
			read: (path, prefilter) => readIn(tree, path, prefilter),
			end: () => revisions.end(),
		};
	} catch (error) {
		throw error instanceof GitError ? new UsageError(`--rev ${name}: ${error.message}`) : error;
	}
}

async function readIn(tree: RevisionTree, path: string, prefilter: Parameters<typeof judge>[1]): Promise<Read> {
	try {
		const bytes = await tree.bytes(path);
		return bytes ? judge(bytes, prefilter) : { kind: 'skipped', reason: TOO_LARGE };
	} catch (error) {
		const reason = error instanceof GitError ? error.message : reasonOf(error as NodeJS.ErrnoException);
		return { kind: 'skipped', reason };
	}
}

/** As `collect` does on the disk. */
async function collectIn(tree: RevisionTree, paths: readonly string[], cwd: string): ReturnType<typeof collect> {
	type Collected = Awaited<ReturnType<typeof collect>>;
	const files = new Map<string, Collected['files'][number]>();
	const skipped: Collected['skipped'][number][] = [];
	for (const given of paths) {
		const path = slashed(resolve(cwd, given));
		const show = isAbsolute(given) ? (path: string) => path : (path: string) => fromFolder(cwd, path);
		const skip = (reason: string, failed = true, at = path) =>
			skipped.push({ path: at, shown: show(at), reason, failed });
		try {
			const entry = await tree.entry(path);
			if (!entry) skip('no such file or folder in the revision');
			else if (entry.kind === 'folder') {
				const listed = await listRevision(tree, path);
				for (const one of listed.files) {
					const file = `${path}/${one.path}`;
					if (!files.has(file)) files.set(file, { path: file, shown: show(file), named: false });
				}
				for (const one of listed.skipped) skip(one.reason, false, `${path}/${one.path}`);
			} else if (entry.kind !== 'file') skip(NOT_REGULAR);
			else if (!isC(path)) skip('no .c or .h file', false);
			else files.set(path, { path, shown: show(path), named: true });
		} catch (error) {
			if (!(error instanceof GitError || error instanceof AuditError)) throw error;
			skip(error.message);
		}
	}
	const inOrder = <T extends { readonly path: string }>(all: readonly T[]) =>
		all.toSorted((a, b) => (a.path < b.path ? -1 : 1));
	return { files: inOrder([...files.values()]), skipped: inOrder(skipped) };
}
