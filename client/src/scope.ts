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
 * What the server may be shown: the folders of the workspace, and the files that describe the kernel tree around an
 * open document (its Makefile, Kbuild and a few headers).
 */
export function mayRead(location: Location, folders: readonly Location[], documents: readonly Location[]): boolean {
	if (location.path.split('/').includes('..')) return false;
	if (folders.some((folder) => contains(folder, location))) return true;
	const name = treeFiles.find((name) => location.path.endsWith(`/${name}`));
	if (name === undefined) return false;
	const { scheme, authority, path } = location;
	const root = { scheme, authority, path: path.slice(0, -name.length - 1) || '/' };
	return documents.some((document) => contains(root, document));
}
