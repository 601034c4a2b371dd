/** Headers that a file includes from the folders of its module: what stands in those of the kernel is known by name. */
import { resolve } from 'node:path';
import { slashed } from '../../workspace/collect.js';
import { nodeFiles } from '../../workspace/nodeFiles.js';
import { parent, relative } from '../../workspace/paths.js';

export interface Header {
	/** Absolute, with "/". */
	readonly path: string;
	readonly text: string;
}

/** More than any module has. */
const MOST = 200;

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]/gm;

/** Those of the kernel's own folders, and what a build generates. */
const KERNELS = /^(?:arch\/[^/]+\/)?include(?:\/|$)/;

/** Every call of kbuild has it, below the folder it builds in. */
const GENERATED = '/include/generated/uapi';

/**
 * Folders of -I that are a module's own.
 * @param folders absolute
 * @param source of the kernel
 */
export function ownFolders(folders: readonly string[], source: string | undefined): readonly string[] {
	const builds = folders
		.filter((folder) => folder.endsWith(GENERATED))
		.map((folder) => folder.slice(0, -GENERATED.length));
	const roots = source === undefined ? builds : [source, ...builds];
	return [...new Set(folders)].filter((folder) => !roots.some((root) => KERNELS.test(relative(root, folder) ?? '')));
}

/**
 * What a text includes, and what that includes in its turn, from those folders and from beside whoever includes it.
 * @param file absolute
 */
export async function headersOf(file: string, text: string, folders: readonly string[]): Promise<readonly Header[]> {
	const found = new Map<string, Header>();
	const pending: Header[] = [{ path: file, text }];
	for (let next = pending.pop(); next && found.size < MOST; next = pending.pop()) {
		for (const [, quote, name = ''] of next.text.matchAll(INCLUDE)) {
			const beside = quote === '"' ? [parent(next.path) ?? ''] : [];
			const header = await first(
				[...beside, ...folders].map((folder) => slashed(resolve(folder, name))),
				found,
			);
			if (!header) continue;
			found.set(header.path, header);
			pending.push(header);
		}
	}
	return [...found.values()];
}

/** The first that is there; undefined also for one that is known. */
async function first(paths: readonly string[], known: ReadonlyMap<string, Header>): Promise<Header | undefined> {
	for (const path of paths) {
		if (known.has(path)) return undefined;
		const text = await nodeFiles.read(path);
		if (text !== undefined) return { path, text };
	}
	return undefined;
}
