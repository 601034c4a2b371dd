import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import envPaths from 'env-paths';
import { writeAtomically } from '../workspace/atomic.js';
import { reasonOf } from '../workspace/collect.js';

/** What is stored, one folder each. */
type Kind = 'trees' | 'results';

const DIGEST = 20;
const DAY = 86_400_000;
/** Entries are not missed after this: a result is computed anew once in that time. */
const OLD = 30 * DAY;

/** The folder of caches of this user, as the operating system has it. */
export function userCache(): string {
	return envPaths('gup-lens', { suffix: '' }).cache;
}

/** A digest as a name: 160 bits, in hexadecimal. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
	const hash = createHash('sha1');
	for (const part of parts) hash.update(String(part.length)).update(' ').update(part);
	return hash.digest('hex');
}

/**
 * What earlier audits found out. Every entry carries a digest of its content: one that is damaged counts as missing.
 * Entries are written beside their place and renamed, so audits may share a cache. A cache that cannot be written is
 * read all the same.
 */
export class Cache {
	readonly #folder: string;
	#problem: string | undefined;
	#written = false;

	/**
	 * @param above folder of caches
	 * @param version what wrote the entries: another program never reads them
	 */
	constructor(above: string, version: string) {
		this.#folder = join(above, version);
	}

	/** Why nothing more is written; undefined while all is well. */
	get problem(): string | undefined {
		return this.#problem;
	}

	get(kind: Kind, name: string): Buffer | undefined {
		let bytes: Buffer;
		try {
			bytes = readFileSync(this.#path(kind, name));
		} catch {
			return undefined;
		}
		const content = bytes.subarray(DIGEST);
		return sum(content).equals(bytes.subarray(0, DIGEST)) ? content : undefined;
	}

	put(kind: Kind, name: string, content: Uint8Array): void {
		if (this.#problem !== undefined) return;
		try {
			mkdirSync(join(this.#folder, kind), { recursive: true });
			writeAtomically(this.#path(kind, name), Buffer.concat([sum(content), content]));
			this.#written = true;
		} catch (error) {
			this.#problem = `${this.#folder}: ${reasonOf(error as NodeJS.ErrnoException)}`;
		}
	}

	/** Removes what nobody used for a month, at most once a day. */
	tidy(): void {
		if (!this.#written) return;
		try {
			const marker = join(this.#folder, 'tidied');
			const now = Date.now();
			if (now - (changedAt(marker) ?? 0) < DAY) return;
			writeAtomically(marker, '');
			utimesSync(this.#folder, new Date(), new Date());
			removeOld(join(this.#folder, '..'), now);
			for (const kind of ['trees', 'results'] satisfies Kind[]) removeOld(join(this.#folder, kind), now);
		} catch {
			// Another audit may tidy at the same time; what stays is removed another day.
		}
	}

	#path(kind: Kind, name: string): string {
		return join(this.#folder, kind, name);
	}
}

function sum(content: Uint8Array): Buffer {
	return createHash('sha1').update(content).digest();
}

/** Time of the last change, in milliseconds; undefined for what is not there, such as a part another audit has just renamed. */
function changedAt(path: string): number | undefined {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function removeOld(folder: string, now: number): void {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		const changed = changedAt(path);
		if (changed !== undefined && now - changed > OLD) rmSync(path, { recursive: true, force: true });
	}
}
