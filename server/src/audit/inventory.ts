import type { Cache } from './cache.js';
import type { AuditSkip } from './report.js';

/** What a folder was found to hold. */
export interface FolderContents {
	/** Rows of its files. */
	readonly rows: readonly number[];
	/** Names their contents. */
	readonly contents: string;
}

/** The files of an audited folder, with what an earlier audit found out about them. */
export interface Inventory {
	/** One a row, relative to the folder, with "/". */
	readonly paths: readonly string[];
	/** What was listed as a file and cannot be searched. */
	readonly skipped: readonly AuditSkip[];
	/** Files of which it is not known whether they name the family. */
	readonly unknown: readonly string[];
	/** Takes the answers for all that were not known, but for those that could not be read. */
	learn(names: ReadonlySet<string>, unread: ReadonlySet<string>): void;
	/** The row names the family. */
	isCandidate(row: number): boolean;
	/** Names the contents of a folder; undefined where that is not known. */
	contents(folder: string, rows: readonly number[]): string | undefined;
	/**
	 * Keeps what is known for the next audit.
	 * @param name of the entry in the cache
	 * @param started when the files were listed, in milliseconds
	 */
	write(cache: Cache, name: string, folders: ReadonlyMap<string, FolderContents>, started: number): void;
}
