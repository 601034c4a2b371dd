/** Paths and URIs as plain strings with "/"; nothing here knows the operating system. */

const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/** True for "file:///x" and "vscode-vfs://github/x"; false for "/x", "x" and "C:/x". */
function isUri(path: string): boolean {
	return SCHEME.test(path);
}

/** Length of the part no parent step may cut into: "file://host" of a URI, "C:" of a drive, else 0. */
function anchor(path: string): number {
	const authority = /^[a-z][a-z0-9+.-]+:\/\/[^/]*/i.exec(path) ?? /^[a-z]:/i.exec(path);
	return authority ? authority[0].length : 0;
}

/** The folder above, without its trailing "/"; undefined at the top. The folder of "/a" is "" (the root), of "a" too. */
export function parent(path: string): string | undefined {
	const floor = anchor(path);
	if (path.length <= floor) return undefined;
	const slash = path.lastIndexOf('/');
	return slash < floor ? path.slice(0, floor) : path.slice(0, slash);
}

/** A path inside a folder; `name` may have several segments and is encoded where the folder is a URI. */
export function join(folder: string, name: string): string {
	return `${folder}/${isUri(folder) ? name.split('/').map(encodeURIComponent).join('/') : name}`;
}

/** `path` seen from `folder`, decoded where it is a URI; undefined when it lies elsewhere. */
export function relative(folder: string, path: string): string | undefined {
	if (!path.startsWith(`${folder}/`)) return undefined;
	const rest = path.slice(folder.length + 1);
	if (!isUri(folder)) return rest;
	try {
		return decodeURIComponent(rest);
	} catch {
		return rest;
	}
}

/** A C file by its name, `.c` or `.h`. */
export function isC(path: string): boolean {
	return path.endsWith('.c') || path.endsWith('.h');
}
