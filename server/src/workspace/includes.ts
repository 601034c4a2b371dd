/** Where the headers of a module outside a tree lie: what its Makefiles say, and nothing outside of it. */
import { normalised } from '../syntax/include-name.js';
import type { Files } from './files.js';
import { readMakefile } from './makefile.js';
import { join, parent } from './paths.js';

/** Folders above a file that may have a Makefile of the same module. */
const MOST_ABOVE = 6;
const MOST_FOLDERS = 24;
const MAKEFILES = ['Kbuild', 'Makefile'];

export interface IncludePath {
	/** The topmost folder of the module. */
	readonly root: string;
	/** A Makefile builds a module: `obj-m`. */
	readonly isModule: boolean;
	/** Folders that the build looks for headers in, in its order. */
	readonly folders: readonly string[];
	/** Headers that the build includes before the first line of each file. */
	readonly forced: readonly string[];
}

/** @param folder of the files of a module, as a path or URI */
export async function includePath(folder: string, files: Pick<Files, 'read'>): Promise<IncludePath> {
	const makefiles: { readonly folder: string; readonly text: string }[] = [];
	let root = folder;
	for (let at: string | undefined = folder, i = 0; at !== undefined && i < MOST_ABOVE; at = parent(at), i++) {
		const here = at;
		const texts = await Promise.all(MAKEFILES.map((name) => files.read(join(here, name)).catch(() => undefined)));
		const found = texts.filter((text) => text !== undefined);
		if (found.some((text) => readMakefile(text)) || (found.length === 0 && i > 0)) break;
		if (found.length > 0) root = here;
		makefiles.push(...found.map((text) => ({ folder: here, text })));
	}
	const told = (option: RegExp): string[] => {
		const paths = makefiles.flatMap((makefile) =>
			[...makefile.text.matchAll(option)].flatMap(([, path]) => placesOf(path as string, makefile, root)),
		);
		const within = paths.filter((path) => path === root || path.startsWith(`${root}/`));
		return [...new Set(within)].slice(0, MOST_FOLDERS);
	};
	return {
		root,
		isModule: makefiles.some(({ text }) => /(?:^|\s)obj-m\b/.test(text)),
		folders: told(/(?:^|\s)-I[ \t]*["']?([^\s"'#]+)/gm),
		forced: told(/(?:^|\s)-include[ \t]+["']?([^\s"'#]+\.h)\b/gm),
	};
}

/** The folders a path of a Makefile may mean. */
function placesOf(
	path: string,
	{ folder, text }: { readonly folder: string; readonly text: string },
	root: string,
): string[] {
	const here = /^(?:src|obj|PWD|CURDIR|srcdir|shell pwd)$/;
	const top = /^(?:M|KBUILD_EXTMOD)$/;
	let rest = path.replace(/\$[({](?:srctree|objtree)[)}]\/(?=\$)/g, '');
	for (let round = 0; round < 3; round++)
		rest = rest.replace(/\$[({]([\w ]+)[)}]/g, (whole, name: string) => {
			if (here.test(name)) return folder;
			if (top.test(name)) return root;
			return new RegExp(`^[ \\t]*${name}[ \\t]*[:?]?=[ \\t]*(\\S+)[ \\t]*$`, 'm').exec(text)?.[1] ?? whole;
		});
	if (rest.includes('$')) return [];
	const isWhole = rest.startsWith('/') || rest.startsWith(folder);
	return (isWhole ? [rest] : [`${folder}/${rest}`, `${root}/${rest}`]).map(normalised);
}
