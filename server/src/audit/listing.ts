import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { workTree } from '../programs/find.js';
import { GitError } from '../programs/git.js';
import { linkReason, NOT_REGULAR, reasonOf } from '../workspace/collect.js';
import { type Entries, isGarbled, NO_TEXT, sorted } from '../workspace/entries.js';
import { isC } from '../workspace/paths.js';
import { isInside } from '../workspace/relativePath.js';
import { type GitListing, gitListing } from './git.js';
import { realFolders } from './realFolders.js';
import type { AuditSkip } from './report.js';
import { isHidden } from './scope.js';

export interface Listing {
	/** C files relative to the folder, with "/". Some may be gone: the index of git knows files that were deleted. */
	readonly files: readonly string[];
	readonly skipped: readonly AuditSkip[];
	/** Why git was not asked, or gave no answer, in a work tree: what it ignores is listed as well. */
	readonly unasked?: string | undefined;
}

/** What a walk finds, before it is known where links lead. Paths relative to the folder. */
export interface Walk {
	readonly files: readonly string[];
	readonly links: readonly string[];
	readonly skipped: readonly AuditSkip[];
	/** All that were read, but for the folder itself. */
	readonly folders: readonly string[];
}

/** Remembers a walk from one audit to the next. */
export interface Memory {
	/** @returns undefined where something came or went */
	recall(): Walk | undefined;
	keep(walk: Walk): void;
}

interface Found extends Walk {
	readonly files: string[];
	readonly links: string[];
	readonly skipped: AuditSkip[];
	readonly folders: string[];
	/** Git answered: folders alone do not tell what it knows. */
	git: boolean;
	/** Repositories that may still be asked. */
	left: number;
	unasked: string | undefined;
	readonly signal: AbortSignal | undefined;
	/** The listed folder, absolute. */
	readonly root: string;
}

/** Each costs some processes; a folder of tests may hold thousands. */
const MAX_REPOSITORIES = 64;

/**
 * The C files of a folder: those git knows or would add where the folder is in a git work tree, else all.
 * Hidden files and folders are left out, symbolic links are not followed.
 * @param root absolute, real, with "/"
 * @param trusted false: git is not asked
 * @param signal ends it; what is known by then is listed
 */
export async function list(root: string, trusted: boolean, memory?: Memory, signal?: AbortSignal): Promise<Listing> {
	const walked: Walk & Pick<Listing, 'unasked'> = memory?.recall() ?? (await walkAll(root, trusted, memory, signal));
	const reasons = await Promise.all(
		walked.links.map(async (path) => {
			const folder = path.includes('/') ? `${root}/${path.slice(0, path.lastIndexOf('/'))}` : root;
			return { path, reason: await linkReason(`${root}/${path}`, folder, root) };
		}),
	);
	const skipped = reasons.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }]));
	return { files: walked.files, skipped: [...walked.skipped, ...skipped], unasked: walked.unasked };
}

async function walkAll(
	root: string,
	trusted: boolean,
	memory: Memory | undefined,
	signal: AbortSignal | undefined,
): Promise<Found> {
	const left = trusted ? MAX_REPOSITORIES : 0;
	const found: Found = {
		files: [],
		links: [],
		skipped: [],
		folders: [],
		git: false,
		left,
		unasked: undefined,
		signal,
		root,
	};
	if (!trusted && workTree(root) !== undefined) found.unasked = 'the workspace is not trusted';
	await listInto(found, root, '');
	if (!found.git && found.unasked === undefined && !signal?.aborted) memory?.keep(found);
	return found;
}

/** The C files in some folders alone; a folder that is not there has none. @param folders relative to the root */
export function listFolders(root: string, folders: readonly string[]): Listing {
	const isReal = realFolders(root);
	const files = folders.flatMap((folder) => {
		if (folder !== '' && !(isInside(folder) && isReal(folder))) return [];
		return entriesOf(`${root}/${folder}`)
			.filter((entry) => entry.isFile() && isC(entry.name) && !isHidden(entry.name))
			.map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
	});
	return { files, skipped: [] };
}

function entriesOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch {
		return [];
	}
}

/** @param prefix of the paths, "" or with a "/" at its end */
async function listInto(found: Found, folder: string, prefix: string): Promise<void> {
	const known = await askGit(found, folder);
	if (known) {
		found.git = true;
		await take(found, known, folder, prefix);
	} else if (!found.signal?.aborted) walk(found, folder, prefix);
}

/** @returns undefined where git has no say */
async function askGit(found: Found, folder: string): Promise<GitListing | undefined> {
	if (workTree(folder) === undefined) return undefined;
	if (found.left <= 0) {
		found.unasked ??= `more than ${MAX_REPOSITORIES} repositories in one folder`;
		return undefined;
	}
	found.left--;
	try {
		return await gitListing(folder, { untrusted: found.root, signal: found.signal });
	} catch (error) {
		if (!(error instanceof GitError)) throw error;
		if (error.endless) found.left = 0;
		found.unasked ??= error.message;
		return undefined;
	}
}

async function take(found: Found, known: GitListing, folder: string, prefix: string): Promise<void> {
	const isWanted = (path: string): boolean => {
		if (!isC(path) || isHidden(path)) return false;
		const garbled = isGarbled(`${folder}/${path}`);
		if (garbled) found.skipped.push({ path: prefix + path, reason: NO_TEXT });
		return !garbled;
	};
	for (const path of known.tracked) if (isWanted(path)) found.files.push(prefix + path);
	for (const path of known.others) {
		if (!isWanted(path)) continue;
		const link = isLink(`${folder}/${path}`);
		(link ? found.links : found.files).push(prefix + path);
	}
	for (const path of known.links) if (!isHidden(path)) found.links.push(prefix + path);
	for (const path of known.repositories) {
		if (!isHidden(path)) await listInto(found, `${folder}/${path}`, `${prefix}${path}/`);
	}
}

/** Synchronous on purpose: with everything in memory it takes half the time of asynchronous reads. */
function walk(found: Found, top: string, prefix: string): void {
	const folders = [prefix];
	for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
		if (folder !== '') found.folders.push(folder.slice(0, -1));
		let entries: Entries;
		try {
			const path = `${top}/${folder.slice(prefix.length)}`;
			entries = sorted(path, readdirSync(path, { withFileTypes: true }));
		} catch (error) {
			found.skipped.push({ path: folder.slice(0, -1) || '.', reason: reasonOf(error as NodeJS.ErrnoException) });
			continue;
		}
		for (const entry of entries.unnamed)
			if (!entry.name.startsWith('.') && (entry.isDirectory() || isC(entry.name)))
				found.skipped.push({ path: folder + entry.name, reason: NO_TEXT });
		for (const entry of entries.named) {
			const { name } = entry;
			if (name.startsWith('.')) continue;
			if (entry.isDirectory()) folders.push(`${folder}${name}/`);
			else if (entry.isSymbolicLink()) found.links.push(folder + name);
			else if (isC(name)) {
				if (entry.isFile()) found.files.push(folder + name);
				else found.skipped.push({ path: folder + name, reason: NOT_REGULAR });
			}
		}
	}
}

function isLink(path: string): boolean {
	try {
		return lstatSync(path).isSymbolicLink();
	} catch {
		return false;
	}
}
