/** The files of a revision, out of the objects of git: nothing is checked out, no filter runs. */
import { isUtf8 } from 'node:buffer';
import { type Git, GitError } from '../programs/git.js';
import { MAX_OBJECT, type Objects, OVERSIZED } from '../programs/objects.js';
import { slashed } from './collect.js';
import { MAX_BYTES } from './limits.js';
import type { Prefilter } from './prefilter.js';
import type { Sources } from './sources.js';

/** What a folder of a revision holds under a name. */
export interface RevisionEntry {
	readonly kind: 'file' | 'folder' | 'link' | 'submodule';
	/** Of its object, in hexadecimal. */
	readonly id: string;
}

export interface RevisionFolder {
	readonly entries: ReadonlyMap<string, RevisionEntry>;
	/** Names that are no UTF-8, as they look. */
	readonly unnamed: ReadonlyMap<string, RevisionEntry>;
}

/** Why a file is skipped that is larger than what is taken of an object. */
const TOO_LARGE_AN_OBJECT = `larger than ${Math.floor(MAX_OBJECT / 1_000_000)} MB`;

/** Links that are followed to see where one leads. */
const MAX_LINKS = 40;

const NO_ENTRIES: RevisionFolder = { entries: new Map(), unnamed: new Map() };

/** Entries of folders that are kept for other revisions: those of three kernels. */
const MAX_KEPT = 300_000;

/** The revisions of a repository, read through one program: a folder that several of them have is read once. */
export class Revisions {
	readonly git: Git;
	readonly #objects: Objects;
	/** By the name of the object. */
	readonly #folders = new Map<string, Promise<RevisionFolder>>();
	#kept = 0;

	/** Whoever opens it ends it. */
	constructor(git: Git) {
		this.git = git;
		this.#objects = git.objects();
	}

	/**
	 * @param tree name of the tree object of a commit, in full
	 * @throws GitError
	 */
	async tree(tree: string): Promise<RevisionTree> {
		return new RevisionTree(this, this.#objects, tree, await lackingIn(this.git, tree));
	}

	/** @param read the content of a tree object, where it is not known */
	folder(id: string, read: () => Promise<RevisionFolder>): Promise<RevisionFolder> {
		const known = this.#folders.get(id);
		if (known) return known;
		const folder = read().then((found) => {
			this.#kept += found.entries.size + found.unnamed.size;
			return found;
		});
		if (this.#kept > MAX_KEPT) {
			this.#folders.clear();
			this.#kept = 0;
		}
		this.#folders.set(id, folder);
		return folder;
	}

	/** Ends the program that reads. */
	end(): void {
		this.#objects.end();
	}
}

/** Paths are absolute, as the files would lie in the work tree. What lies outside of it is not there. */
export class RevisionTree implements Sources {
	/** Of the work tree: absolute, real, with "/". */
	readonly top: string;
	readonly #revisions: Revisions;
	readonly #objects: Objects;
	readonly #tree: string;
	/** Objects that a partial clone lacks: git must not be asked for them, older ones would fetch. */
	readonly #lacking: ReadonlySet<string>;
	/** By the path from the top, "" for the top. */
	readonly #paths = new Map<string, Promise<RevisionFolder>>();

	/** Only `Revisions` makes one. */
	constructor(revisions: Revisions, objects: Objects, tree: string, lacking: ReadonlySet<string>) {
		this.top = slashed(revisions.git.top);
		this.#revisions = revisions;
		this.#objects = objects;
		this.#tree = tree;
		this.#lacking = lacking;
	}

	/** The repository lacks the content. */
	lacks({ id }: RevisionEntry): boolean {
		return this.#lacking.has(id);
	}

	/** @returns undefined for what is not there */
	async entry(path: string): Promise<RevisionEntry | undefined> {
		const inside = this.#inside(path);
		if (inside === undefined) return undefined;
		if (inside === '') return { kind: 'folder', id: this.#tree };
		const slash = inside.lastIndexOf('/');
		const { entries } = await this.#folder(inside.slice(0, Math.max(0, slash)));
		return entries.get(inside.slice(slash + 1));
	}

	/** What a folder holds; nothing where there is none. */
	async folder(path: string): Promise<RevisionFolder> {
		const inside = this.#inside(path);
		return inside === undefined ? NO_ENTRIES : this.#folder(inside);
	}

	async list(folder: string): Promise<readonly string[]> {
		const { entries } = await this.folder(folder);
		return [...entries].filter(([, { kind }]) => kind === 'file').map(([name]) => name);
	}

	async read(path: string): Promise<string | undefined> {
		try {
			return (await this.bytes(path))?.toString();
		} catch (error) {
			if (error instanceof GitError) throw error;
			return undefined;
		}
	}

	async bytes(path: string): Promise<Buffer | undefined> {
		const bytes = await this.#content(path);
		return bytes && bytes.length <= MAX_BYTES ? bytes : undefined;
	}

	async names(path: string, words: Prefilter): Promise<boolean> {
		const bytes = await this.#content(path);
		if (!bytes) throw Object.assign(new Error(TOO_LARGE_AN_OBJECT), { code: 'EFBIG' });
		return words.matches(bytes);
	}

	/**
	 * Where a link leads within the revision.
	 * @returns undefined where it leads out of the work tree; no entry where nothing is there
	 */
	async target(
		path: string,
	): Promise<{ readonly path: string; readonly entry: RevisionEntry | undefined } | undefined> {
		let at = this.#inside(path) ?? '';
		for (let links = 0; links < MAX_LINKS; links++) {
			const entry = await this.entry(this.#outside(at));
			if (entry?.kind !== 'link') return { path: this.#outside(at), entry };
			const object = await this.#objects.read(entry.id);
			const to = object === undefined || object === OVERSIZED ? '' : object.bytes.toString();
			const next = to.startsWith('/') ? undefined : resolved(at.slice(0, Math.max(0, at.lastIndexOf('/'))), to);
			if (next === undefined) return undefined;
			at = next;
		}
		return { path, entry: { kind: 'link', id: '' } };
	}

	/** @returns undefined for a file that is too large */
	async #content(path: string): Promise<Buffer | undefined> {
		const entry = await this.entry(path);
		if (!entry) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
		if (entry.kind !== 'file') throw Object.assign(new Error('not a file'), { code: 'EFTYPE' });
		const object = this.lacks(entry) ? undefined : await this.#objects.read(entry.id);
		if (object === OVERSIZED) return undefined;
		if (object?.kind !== 'blob')
			throw new GitError(`the repository lacks the content of ${this.#inside(path)} (nothing is fetched)`);
		return object.bytes;
	}

	#folder(inside: string): Promise<RevisionFolder> {
		let folder = this.#paths.get(inside);
		if (!folder) {
			folder = this.#found(inside);
			this.#paths.set(inside, folder);
		}
		return folder;
	}

	async #found(inside: string): Promise<RevisionFolder> {
		const entry = await this.entry(this.#outside(inside));
		if (entry?.kind !== 'folder') return NO_ENTRIES;
		return this.#revisions.folder(entry.id, () => this.#read(entry.id, inside));
	}

	async #read(id: string, inside: string): Promise<RevisionFolder> {
		const object = this.#lacking.has(id) ? undefined : await this.#objects.read(id);
		if (object === undefined || object === OVERSIZED || object.kind !== 'tree')
			throw new GitError(`the repository lacks the folder ${inside || '.'} of the revision (nothing is fetched)`);
		return parsed(object.bytes, this.#tree.length / 2);
	}

	/** @returns path from the top; undefined outside of it, and for what git never has */
	#inside(path: string): string | undefined {
		if (path === this.top) return '';
		return path.startsWith(`${this.top}/`) ? path.slice(this.top.length + 1) : undefined;
	}

	#outside(inside: string): string {
		return inside === '' ? this.top : `${this.top}/${inside}`;
	}
}

const KINDS: Readonly<Record<string, RevisionEntry['kind']>> = {
	'40000': 'folder',
	'120000': 'link',
	'160000': 'submodule',
};

/** "." and its like, and parts of paths: no git writes them, and none of them is the name of a file. */
const NO_NAME = /^\.{0,2}$|\/|^\.git$/i;

/** "mode name\0id", one after the other. @param length of an id in bytes */
function parsed(bytes: Buffer, length: number): RevisionFolder {
	const entries = new Map<string, RevisionEntry>();
	const unnamed = new Map<string, RevisionEntry>();
	for (let at = 0; at < bytes.length; ) {
		const space = bytes.indexOf(0x20, at);
		const end = bytes.indexOf(0, space);
		if (space < 0 || end < 0 || end + 1 + length > bytes.length) break;
		const name = bytes.subarray(space + 1, end);
		const kind = KINDS[bytes.toString('latin1', at, space)] ?? 'file';
		const id = bytes.toString('hex', end + 1, end + 1 + length);
		const text = name.toString();
		if (!NO_NAME.test(text)) (isUtf8(name) ? entries : unnamed).set(text, { kind, id });
		at = end + 1 + length;
	}
	return { entries, unnamed };
}

/** @returns a path from the top; undefined where it leads above it */
function resolved(folder: string, path: string): string | undefined {
	const parts = folder === '' ? [] : folder.split('/');
	for (const part of path.split('/')) {
		if (part === '' || part === '.') continue;
		if (part !== '..') parts.push(part);
		else if (parts.pop() === undefined) return undefined;
	}
	return parts.join('/');
}

/** Objects of a tree that a partial clone left at its remote. */
async function lackingIn(git: Git, tree: string): Promise<ReadonlySet<string>> {
	const partial = ['config', '--get-regexp', '^(extensions\\.partialclone|remote\\..*\\.promisor)$'];
	// it fails where there is no such setting
	if ((await git.run(partial).catch(() => '')) === '') return new Set();
	const all = ['rev-list', '--objects', '--no-object-names', '--missing=print', tree, '--'];
	const told = await git.run(all).catch((error: unknown) => {
		if (!(error instanceof GitError) || error.endless) throw error;
		throw new GitError('the repository lacks the folders of the revision: a partial clone, and nothing is fetched');
	});
	return new Set(told.split('\n').flatMap((line) => (line.startsWith('?') ? [line.slice(1)] : [])));
}
