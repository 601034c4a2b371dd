import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kernelTree } from '../../scripts/trees.js';
import { treeFiles } from '../../server/src/workspace/trees.js';

/** A small part of a real kernel tree, to be edited and thrown away. */
export interface ScratchTree {
	/** Absolute path. */
	readonly folder: string;
	/** Text of a file as it is on disk now; `path` is relative to the tree. */
	read(path: string): string;
	/** Where `word` stands on the first line that matches: line and column from 1. */
	find(path: string, code: RegExp, word: string): Place;
	remove(): void;
}

export interface Place {
	readonly line: number;
	readonly column: number;
}

/**
 * Copies files of 6.12, with what tells its version and its APIs, into a folder of their own.
 * @param paths relative to the tree
 */
export function scratchTree(paths: readonly string[]): ScratchTree {
	const source = kernelTree('6.12');
	if (source === undefined) throw new Error('no kernel tree');
	const parent = mkdtempSync(join(tmpdir(), 'gup-lens-'));
	const folder = join(parent, 'linux-6.12');
	for (const path of [...treeFiles, ...paths]) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		copyFileSync(join(source, path), join(folder, path));
	}
	const read = (path: string) => readFileSync(join(folder, path), 'utf8');
	return {
		folder,
		read,
		find(path, code, word) {
			const lines = read(path).split('\n');
			const line = lines.findIndex((text) => code.test(text));
			const column = lines[line]?.indexOf(word) ?? -1;
			if (column < 0) throw new Error(`${path} has no ${word} on a line like ${code}`);
			return { line: line + 1, column: column + 1 };
		},
		remove: () => rmSync(parent, { recursive: true, force: true }),
	};
}
