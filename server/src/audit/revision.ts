/** An audit of a revision of git in place of what is checked out. */
import { Git, GitError } from '../programs/git.js';
import { type Revision, revisionNamed } from '../workspace/revision.js';
import { RevisionTree } from '../workspace/revisionTree.js';
import { AuditError } from './report.js';

/** Which files are read. Plain data: it travels to the workers. */
export interface RevisionSetting {
	/** The audited folder, absolute, real: its repository is asked, and nothing below it is run. */
	readonly root: string;
	/** Name of the tree object, in full. */
	readonly tree: string;
}

/** Whoever opens it ends it. @throws GitError */
export async function openRevision({ root, tree }: RevisionSetting): Promise<RevisionTree> {
	return RevisionTree.open(await Git.around(root), tree);
}

/**
 * @param root absolute, real
 * @param name as the user gave it
 * @throws AuditError where there is no repository, or no such revision
 */
export async function findRevision(root: string, name: string): Promise<Revision> {
	try {
		return await revisionNamed(await Git.around(root), name);
	} catch (error) {
		throw error instanceof GitError ? new AuditError(`${name}: ${error.message}`) : error;
	}
}

/** @throws AuditError in place of what git says */
export async function withRevision<T>(setting: RevisionSetting, use: (tree: RevisionTree) => Promise<T>): Promise<T> {
	let tree: RevisionTree | undefined;
	try {
		tree = await openRevision(setting);
		return await use(tree);
	} catch (error) {
		throw error instanceof GitError ? new AuditError(error.message) : error;
	} finally {
		tree?.end();
	}
}
