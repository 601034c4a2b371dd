/** The walk of an earlier audit: as long as no folder changed, nothing came or went. */
import { areListed, isInside } from '../workspace/relativePath.js';
import { exactly, isString, listOf } from '../workspace/shape.js';
import type { Cache } from './cache.js';
import type { Memory, Walk } from './listing.js';
import { type Names, pack, packJson, packNames, unpack, unpackJson, unpackNames } from './sections.js';
import { StampTable } from './stat-cache.js';

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
 * @param known files of an earlier audit, mostly the same
 */
export function walkMemory(cache: Cache, name: string, root: string, started: number, known?: Names): Memory {
	return {
		recall() {
			const bytes = cache.get('trees', name);
			const [fileBytes, folderBytes, stampBytes, restBytes] = (bytes && unpack(bytes, SECTIONS)) ?? [];
			const files = fileBytes && unpackNames(fileBytes, known);
			const below = folderBytes && unpackNames(folderBytes);
			const rest = restBytes && unpackJson(restBytes);
			if (!files || !below || !stampBytes || !isRest(rest)) return undefined;
			if (!areListed(files.joined) || !areListed(below.joined) || NO_C.test(files.joined)) return undefined;
			const read = new Set(below.names).add('');
			if (!areIn(read, folderBytes) || !areIn(read, fileBytes)) return undefined;
			const then = StampTable.from(stampBytes, below.names.length + 1);
			if (!then) return undefined;
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

/** An end of a name that is no C, in names joined by NUL. */
const NO_C = /[^ch](?:\0|$)|[^.][ch](?:\0|$)/;

const SLASH = 47;

/**
 * Every path lies in a folder that was read: none is reached through a link. Looks at the bytes: as strings, 60,000 paths would
 * take a tenth of the time of an audit again.
 * @param paths each with a NUL behind it
 */
function areIn(read: ReadonlySet<string>, paths: Buffer): boolean {
	// What stands together lies in the same folder, which is asked for once.
	let known = 0;
	let length = 0;
	let start = 0;
	let slash = 0;
	for (let at = 0; at < paths.length; at++) {
		const byte = paths[at];
		if (byte === SLASH) slash = at;
		if (byte !== 0) continue;
		if (slash - start !== length || !isSame(paths, start, known, length)) {
			if (!read.has(paths.toString('utf8', start, slash))) return false;
			known = start;
			length = slash - start;
		}
		start = at + 1;
		slash = start;
	}
	return true;
}

function isSame(bytes: Buffer, one: number, other: number, length: number): boolean {
	for (let i = 0; i < length; i++) if (bytes[one + i] !== bytes[other + i]) return false;
	return true;
}
