/** The walk of an earlier audit: as long as no folder changed, nothing came or went. */
import { isC } from '../workspace/paths.js';
import { areListed, isInside } from '../workspace/relativePath.js';
import { exactly, isString, listOf } from '../workspace/shape.js';
import type { Cache } from './cache.js';
import type { Memory, Walk } from './listing.js';
import { pack, packJson, packNames, unpack, unpackJson, unpackNames } from './sections.js';
import { StampTable } from './stamps.js';

/** Files, folders below the root, stamps of the root and of these, all else. */
const SECTIONS = 4;

type Rest = Pick<Walk, 'links' | 'skipped'>;

const isRest = exactly({
	links: listOf(isInside),
	skipped: listOf(exactly({ path: isString, reason: isString })),
});

/**
 * @param name of the entry in the cache
 * @param started when the audit began, in milliseconds
 */
export function walkMemory(cache: Cache, name: string, root: string, started: number): Memory {
	return {
		recall() {
			const bytes = cache.get('trees', name);
			const [fileBytes, folderBytes, stampBytes, restBytes] = (bytes && unpack(bytes, SECTIONS)) ?? [];
			const files = fileBytes && unpackNames(fileBytes);
			const below = folderBytes && unpackNames(folderBytes);
			const rest = restBytes && unpackJson(restBytes);
			if (!files || !below || !stampBytes || !isRest(rest)) return undefined;
			if (!areListed(files.joined) || !areListed(below.joined)) return undefined;
			const then = StampTable.from(stampBytes, below.names.length + 1);
			if (!then || !areWalked(files.names, below.names)) return undefined;
			const now = StampTable.ofFolders(root, ['', ...below.names]);
			for (let row = 0; row < now.rows; row++)
				if (!now.isSame(row, then, row) || now.isIrregular(row)) return undefined;
			return { ...(rest as Rest), files: files.names, folders: below.names };
		},
		keep({ files, links, skipped, folders }) {
			const stamps = StampTable.ofFolders(root, ['', ...folders]);
			// What changed just now may change again and look the same.
			for (let row = 0; row < stamps.rows; row++) if (!stamps.isSettled(row, started)) return;
			const rest: Rest = { links, skipped };
			cache.put('trees', name, pack([packNames(files), packNames(folders), stamps.bytes, packJson(rest)]));
		},
	};
}

/** Every folder lies in one that was read, and every file too: none is reached through a link. */
function areWalked(files: readonly string[], folders: readonly string[]): boolean {
	const read = new Set(folders);
	/** What stands together lies in the same folder, which is asked for once. */
	const areIn = (paths: readonly string[]) => {
		let folder: string | undefined;
		let isRead = false;
		return paths.every((path) => {
			const length = Math.max(0, path.lastIndexOf('/'));
			if (folder?.length !== length || !path.startsWith(folder)) {
				folder = path.slice(0, length);
				isRead = length === 0 || read.has(folder);
			}
			return isRead;
		});
	};
	return areIn(folders) && areIn(files) && files.every(isC);
}
