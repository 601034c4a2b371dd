/** Where the headers of a module outside a tree lie: what its Makefiles say, and nothing outside of it. */
import { normalised } from '../syntax/include-name.js';
import type { Files } from './files.js';
import { readMakefile } from './makefile.js';
import { join, parent } from './paths.js';

/** Folders above a file that may have a Makefile of the same module. */
const MOST_ABOVE = 6;
const MOST_FOLDERS = 24;
const MAKEFILES = ['Kbuild', 'Makefile', 'Kbuild.in'];
/** What lies in the topmost folder of a project, and in its parts. */
const TOP = /^(?:README|LICEN[CS]E|COPYING|configure\.ac$|dkms\.conf)/i;
/** Folders between such ones. */
const MOST_BETWEEN = 4;

/** `target : ccflags-y += ...` */
const FOR_ONE = /^[^\t\n#][^\n=]*:[ \t]*[\w-]+[ \t]*\+?=[^\n]*$/gm;

interface Makefile {
	readonly folder: string;
	readonly text: string;
}

export interface IncludePath {
	/** The topmost folder of the project, as far as it can be told. */
	readonly root: string;
	/** A Makefile builds a module: `obj-m`. */
	readonly isModule: boolean;
	/** Folders that the build looks for headers in, in its order. */
	readonly folders: readonly string[];
	/** Headers that the build includes before the first line of each file. */
	readonly forced: readonly string[];
	/** Folders above, the nearest first: a file may be built by the Makefile of a folder beside it. */
	readonly above: readonly string[];
}

/** @param folder of the files of a module, as a path or URI */
export async function includePath(folder: string, files: Files): Promise<IncludePath> {
	const makefiles: Makefile[] = [];
	// the folder that M= names
	let module = folder;
	let isBroken = false;
	const above = await foldersAbove(folder, files);
	for (let at: string | undefined = folder, i = 0; at !== undefined && i < MOST_ABOVE; at = parent(at), i++) {
		const here = at;
		const texts = await Promise.all(MAKEFILES.map((name) => files.read(join(here, name)).catch(() => undefined)));
		const found = texts.filter((text) => text !== undefined);
		if (found.some((text) => readMakefile(text))) break;
		if (found.length === 0 && i > 0) isBroken = true;
		if (isBroken && !above.includes(here)) break;
		if (found.length > 0 && !isBroken) module = here;
		makefiles.push(...found.map((text) => ({ folder: here, text })));
	}
	const root = [module, ...above].reduce((one, other) => (one.length <= other.length ? one : other));
	// what is said of one object is not said of all
	const plain = makefiles.map(({ folder, text }) => ({ folder, text: text.replace(FOR_ONE, '') }));
	const told = (option: RegExp): string[] => {
		const paths = plain.flatMap((makefile) =>
			[...makefile.text.matchAll(option)].flatMap(([, path]) => placesOf(path as string, makefile, module, root)),
		);
		const within = paths.filter((path) => path === root || path.startsWith(`${root}/`));
		return [...new Set(within)].slice(0, MOST_FOLDERS);
	};
	return {
		root,
		isModule: makefiles.some(({ text }) => /(?:^|\s)obj-m\b/.test(text)),
		folders: told(/(?:^|\s)-I[ \t]*["']?([^\s"'#]+)/gm),
		forced: told(/(?:^|\s)-include[ \t]+["']?([^\s"'#]+\.h)\b/gm),
		above,
	};
}

/** From the nearest to the top of the project; none where no folder looks like its top. */
async function foldersAbove(folder: string, files: Files): Promise<readonly string[]> {
	const above: string[] = [];
	let length = 0;
	let between = 0;
	for (let at: string | undefined = folder, i = 0; at !== undefined && i < MOST_ABOVE; at = parent(at), i++) {
		if (i > 0) above.push(at);
		const names = await files.list(at).catch(() => []);
		if (names.some((name) => TOP.test(name))) {
			length = above.length;
			between = 0;
		} else if (++between > MOST_BETWEEN) break;
	}
	return above.slice(0, length);
}

/** The folders a path of a Makefile may mean. */
function placesOf(path: string, { folder, text }: Makefile, root: string, project: string): string[] {
	const here = /^(?:src|obj|PWD|CURDIR|srcdir|shell pwd)$/;
	const top = /^(?:M|KBUILD_EXTMOD)$/;
	let rest = path.replace(/\$[({](?:srctree|objtree)[)}]\/(?=\$)/g, '');
	for (let round = 0; round < 3; round++)
		rest = rest.replace(/\$[({]([\w ]+)[)}]/g, (whole, name: string) => {
			if (here.test(name)) return folder;
			if (top.test(name)) return root;
			return new RegExp(`^[ \\t]*${name}[ \\t]*[:?]?=[ \\t]*(\\S+)[ \\t]*$`, 'm').exec(text)?.[1] ?? whole;
		});
	rest = rest.replace(/@(?:abs_)?(top_)?(?:src|build)dir@/g, (_, isTop) => (isTop ? project : folder));
	if (/[$@]/.test(rest)) return [];
	const isWhole = rest.startsWith('/') || rest.startsWith(folder);
	return (isWhole ? [rest] : [`${folder}/${rest}`, `${root}/${rest}`]).map(normalised);
}
