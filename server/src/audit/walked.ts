/** The walk of an earlier audit: as long as no folder changed, nothing came or went. */
import { deserialize, serialize } from 'node:v8';
import type { Cache } from './cache.js';
import type { Memory, Walk } from './listing.js';
import { StampTable } from './stamps.js';

interface Stored {
	readonly walk: Omit<Walk, 'files'>;
	/** Paths, one a line. */
	readonly files: string;
	/** Of the folders. */
	readonly stamps: Float64Array;
}

/**
 * @param name of the entry in the cache
 * @param started when the audit began, in milliseconds
 */
export function walkMemory(cache: Cache, name: string, root: string, started: number): Memory {
	return {
		recall() {
			const bytes = cache.get('trees', name);
			if (!bytes) return undefined;
			const { walk, files, stamps } = deserialize(bytes) as Stored;
			const then = new StampTable(stamps);
			const now = StampTable.of(root, walk.folders);
			if (!walk.folders.every((_, row) => now.isSame(row, then, row))) return undefined;
			return { ...walk, files: files.split('\n') };
		},
		keep({ files, links, skipped, folders }) {
			const stamps = StampTable.of(root, folders);
			const rows = [...folders.keys()];
			// What changed just now may change again and look the same.
			if (files.length === 0 || !rows.every((row) => stamps.isSettled(row, started))) return;
			const stored: Stored = { walk: { links, skipped, folders }, files: files.join('\n'), stamps: stamps.pick(rows) };
			cache.put('trees', name, serialize(stored));
		},
	};
}
