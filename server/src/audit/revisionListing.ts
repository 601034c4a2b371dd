/** Which files of a revision an audit looks at. */
import { NO_TEXT } from '../workspace/entries.js';
import { isC } from '../workspace/paths.js';
import { isInside } from '../workspace/relativePath.js';
import type { RevisionEntry, RevisionTree } from '../workspace/revisionTree.js';
import { AuditError, type AuditSkip } from './report.js';
import { folderOf, isHidden } from './scope.js';

export interface RevisionListing {
	/** C files relative to the folder, with "/", by path; each with the name of its object. */
	readonly files: readonly { readonly path: string; readonly id: string }[];
	readonly skipped: readonly AuditSkip[];
}

/** Files and folders; ten times those of a kernel. A tree may name itself's parts again and again. */
const MAX_ENTRIES = 1_000_000;
/** Longest path an operating system takes, in UTF-16 units. */
const MAX_PATH = 4096;
/** Folders that are read at a time. */
const AT_A_TIME = 64;

/**
 * The C files of a folder in a revision, without hidden ones; links are not followed.
 * @param root absolute, with "/"
 * @param only these folders, not what is below them: relative, "" for the folder itself; undefined: all
 * @throws AuditError where the revision has no such folder, where it is no tree of source files, and where the repository lacks some
 */
export async function listRevision(
	tree: RevisionTree,
	root: string,
	only?: readonly string[],
): Promise<RevisionListing> {
	if ((await tree.entry(root))?.kind !== 'folder') throw new AuditError('the revision has no such folder');
	const files: { path: string; id: string }[] = [];
	const skipped: AuditSkip[] = [];
	const lacking: string[] = [];
	let count = 0;
	let level = [...(only ?? [''])];
	while (level.length > 0) {
		const below: string[] = [];
		for (let at = 0; at < level.length; at += AT_A_TIME) {
			const some = level.slice(at, at + AT_A_TIME);
			const read = await Promise.all(some.map((folder) => tree.folder(absolute(root, folder))));
			for (const [i, { entries, unnamed }] of read.entries()) {
				const folder = some[i] as string;
				for (const [name, { kind }] of unnamed)
					if (!isHidden(name) && (kind === 'folder' || isC(name)))
						skipped.push({ path: inFolder(folder, name), reason: NO_TEXT });
				for (const [name, entry] of entries) {
					const path = inFolder(folder, name);
					if (isHidden(name) || !isInside(path) || path.length > MAX_PATH) continue;
					if (++count > MAX_ENTRIES) throw new AuditError(`the revision has more than ${MAX_ENTRIES} files`);
					if (entry.kind === 'folder') below.push(path);
					else if (entry.kind === 'submodule') skipped.push({ path, reason: SUBMODULE });
					else if (entry.kind === 'link') {
						const reason = await linkReason(tree, root, path);
						if (reason !== undefined) skipped.push({ path, reason });
					} else if (isC(name)) {
						if (tree.lacks(entry)) lacking.push(path);
						files.push({ path, id: entry.id });
					}
				}
			}
		}
		level = only ? [] : below;
	}
	const [first] = lacking;
	if (first !== undefined) {
		const many = lacking.length === 1 ? 'the content of a C file' : `the content of ${lacking.length} C files`;
		throw new AuditError(`the repository lacks ${many}, such as ${first}: a partial clone, and nothing is fetched`);
	}
	return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), skipped };
}

const SUBMODULE = 'a submodule: its files are in another repository';

/** As `linkReason` of the disk tells it. @param path of a link, relative to the root */
async function linkReason(tree: RevisionTree, root: string, path: string): Promise<string | undefined> {
	const target = await tree.target(absolute(root, path));
	const isWanted = isC(path) || (target?.entry as RevisionEntry | undefined)?.kind === 'folder';
	if (target?.entry?.kind === 'link') return 'circular symbolic link';
	if (!isWanted) return undefined;
	if (!target) return 'symbolic link that leaves the folder';
	if (!target.entry) return 'broken symbolic link';
	if (holds(target.path, absolute(root, folderOf(path)))) return 'circular symbolic link';
	return holds(root, target.path) ? undefined : 'symbolic link that leaves the folder';
}

/** `path` is the folder or lies in it. */
function holds(folder: string, path: string): boolean {
	return path === folder || path.startsWith(`${folder}/`);
}

function absolute(root: string, path: string): string {
	return path === '' ? root : `${root}/${path}`;
}

function inFolder(folder: string, name: string): string {
	return folder === '' ? name : `${folder}/${name}`;
}
