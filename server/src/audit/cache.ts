import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../workspace/atomic.js';
import { reasonOf } from '../workspace/collect.js';
import { distrusted, exchangeable, readOwn } from './trust.js';

/** What is stored, one folder each. */
type Kind = 'trees' | 'results' | 'files';
const KINDS: readonly Kind[] = ['trees', 'results', 'files'];

const DIGEST = 20;
const DAY = 86_400_000;
/** Entries are not missed after this: a result is computed anew once in that time. */
const OLD = 30 * DAY;
/** What a version of this program, an entry, and one that was never finished are called: nothing else is removed. */
const VERSION = /^\d+\.\d+\.\d+[-.\w]*$/;
const ENTRY = /^(?:[0-9a-f]{40}(?:-walk)?|\.gup-lens-\d+-[0-9a-f]{12})$/;

/** A digest as a name: 160 bits, in hexadecimal. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
	return hashOf(parts).toString('hex');
}

function hashOf(parts: readonly (string | Uint8Array)[]): Buffer {
	const hash = createHash('sha1');
	for (const part of parts) hash.update(String(part.length)).update(' ').update(part);
	return hash.digest();
}

/**
 * What earlier audits found out. Only folders and files that nobody but this user can have written are read; every entry carries
 * a digest of its name and content, so that one which is damaged counts as missing. Entries are written beside their place and
 * renamed, so audits may share a cache. A cache that cannot be written is read all the same.
 */
export class Cache {
	readonly #above: string | undefined;
	readonly #folder: string;
	#problem: string | undefined;
	/** Whether what is there may be read and added to; undefined: nobody looked yet. */
	#isOurs: boolean | undefined;
	/** Its folders are there. */
	#isMade = false;
	#written = false;

	/**
	 * @param above folder of all versions; undefined where none is known
	 * @param version what wrote the entries: another program never reads them
	 */
	constructor(above: string | undefined, version: string) {
		this.#above = above;
		this.#folder = join(above ?? '', version);
	}

	/** One sentence: what is wrong with it; undefined while all is well. */
	get problem(): string | undefined {
		return this.#problem;
	}

	get(kind: Kind, name: string): Buffer | undefined {
		const bytes = this.#isBelieved() ? readOwn(join(this.#folder, kind, name)) : undefined;
		if (!bytes) return undefined;
		const content = bytes.subarray(DIGEST);
		return hashOf([kind, name, content]).equals(bytes.subarray(0, DIGEST)) ? content : undefined;
	}

	put(kind: Kind, name: string, content: Uint8Array): void {
		if (this.#problem !== undefined || !this.#isBelieved()) return;
		try {
			if (!this.#isMade) {
				for (const one of KINDS) mkdirSync(join(this.#folder, one), { recursive: true, mode: 0o700 });
				this.#isMade = true;
				// Somebody else may have been faster.
				this.#isOurs = undefined;
				if (!this.#isBelieved()) return;
			}
			const entry = Buffer.concat([hashOf([kind, name, content]), content]);
			writeAtomically(join(this.#folder, kind, name), entry, { mode: 0o600 });
			this.#written = true;
		} catch (error) {
			this.#problem = `results are not kept for the next audit: ${this.#folder}: ${reasonOf(error as NodeJS.ErrnoException, 'cannot be written')}`;
		}
	}

	/** Removes what nobody used for a month, at most once a day. */
	tidy(): void {
		if (!this.#written || !this.#isBelieved()) return;
		try {
			const marker = join(this.#folder, 'tidied');
			const now = Date.now();
			if (now - (changedAt(marker) ?? 0) < DAY) return;
			writeAtomically(marker, '', { mode: 0o600 });
			utimesSync(this.#folder, new Date(), new Date());
			removeOld(join(this.#folder, '..'), VERSION, now);
			for (const kind of KINDS) removeOld(join(this.#folder, kind), ENTRY, now);
		} catch {
			// Another audit may tidy at the same time; what stays is removed another day.
		}
	}

	#isBelieved(): boolean {
		if (this.#isOurs === undefined) {
			const why = this.#doubt();
			this.#isOurs = why === undefined;
			if (!this.#isOurs) this.#problem = `the cache is not used: ${why}`;
		}
		return this.#isOurs;
	}

	#doubt(): string | undefined {
		if (this.#above === undefined) return 'the environment names no folder of this user';
		try {
			const around = exchangeable(this.#above);
			if (around !== undefined) return `${around}; name another folder in XDG_CACHE_HOME`;
			const folders = [this.#above, this.#folder, ...KINDS.map((kind) => join(this.#folder, kind))];
			const why = folders.map(distrusted).find((found) => found !== undefined);
			return why && `${why}; remove it, or name another folder in XDG_CACHE_HOME`;
		} catch (error) {
			return `${this.#above}: ${reasonOf(error as NodeJS.ErrnoException)}`;
		}
	}
}

/** Time of the last change, in milliseconds; undefined for what is not there, such as a part another audit has just renamed. */
function changedAt(path: string): number | undefined {
	return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function removeOld(folder: string, ours: RegExp, now: number): void {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		const changed = ours.test(name) ? changedAt(path) : undefined;
		if (changed !== undefined && now - changed > OLD) rmSync(path, { recursive: true, force: true });
	}
}
