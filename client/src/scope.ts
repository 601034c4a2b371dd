import { treeFiles } from '../../server/src/workspace/trees.js';

/** The parts of a URI that say where it is; `Uri` of VS Code is one. */
export interface Location {
	readonly scheme: string;
	readonly authority: string;
	/** Decoded, with "/". */
	readonly path: string;
}

/** True when `location` is `folder` or lies below it. */
export function contains(folder: Location, location: Location): boolean {
	if (folder.scheme !== location.scheme || folder.authority !== location.authority) return false;
	const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
	return location.path === folder.path || location.path.startsWith(base);
}

/**
 * What the server may be shown: the folders of the workspace, the C files beside an open document, and the files that
 * describe the kernel tree around it (its Makefile, Kbuild and a few headers).
 */
export function mayRead(location: Location, folders: readonly Location[], documents: readonly Location[]): boolean {
	if (location.path.split('/').includes('..')) return false;
	if (folders.some((folder) => contains(folder, location))) return true;
	if (/\.[ch]$/.test(location.path) && mayList(folderOf(location), folders, documents)) return true;
	const name = treeFiles.find((name) => location.path.endsWith(`/${name}`));
	if (name === undefined) return false;
	const { scheme, authority, path } = location;
	const root = { scheme, authority, path: path.slice(0, -name.length - 1) || '/' };
	return documents.some((document) => contains(root, document));
}

function folderOf({ scheme, authority, path }: Location): Location {
	return { scheme, authority, path: path.slice(0, Math.max(path.lastIndexOf('/'), 1)) };
}

/** The server may know the names of the files in a folder: of the workspace, or around an open document. */
export function mayList(location: Location, folders: readonly Location[], documents: readonly Location[]): boolean {
	if (location.path.split('/').includes('..')) return false;
	return (
		folders.some((folder) => contains(folder, location)) ||
		documents.some((document) => {
			const around = folderOf(document);
			return (
				around.scheme === location.scheme &&
				around.authority === location.authority &&
				around.path === (location.path.replace(/\/+$/, '') || '/')
			);
		})
	);
}
