/** An audit of a revision of git in place of what is checked out. */
import { GitError } from '../programs/git.js';
import { type Revision, revisionNamed } from '../workspace/revision.js';
import type { Revisions, RevisionTree } from '../workspace/revisionTree.js';
import { AuditError } from './report.js';

/** Which files are read. Plain data: it travels to the workers. */
export interface RevisionSetting {
	/** The audited folder, absolute, real: its repository is asked, and nothing below it is run. */
	readonly root: string;
	/** Name of the tree object, in full. */
	readonly tree: string;
}

/**
 * @param revisions of the repository around the audited folder
 * @param name as the user gave it
 * @throws AuditError where there is no repository, or no such revision
 */
export async function findRevision(revisions: Promise<Revisions>, name: string): Promise<Revision> {
	try {
		return await revisionNamed((await revisions).git, name);
	} catch (error) {
		throw error instanceof GitError ? new AuditError(`${name}: ${error.message}`) : error;
	}
}

/**
 * @param tree name of the tree object, in full
 * @throws AuditError in place of what git says
 */
export async function withRevision<T>(
	revisions: Promise<Revisions>,
	tree: string,
	use: (tree: RevisionTree) => Promise<T>,
): Promise<T> {
	try {
		return await use(await (await revisions).tree(tree));
	} catch (error) {
		throw error instanceof GitError ? new AuditError(error.message) : error;
	}
}
