/** Which files of a folder an audit looks at. */

/** Hidden files and folders: build leftovers, `.git`. */
const HIDDEN = /(?:^|\/)\./;
/** mm/gup.c implements the family; tools/ runs in user space. */
const LEFT_OUT = /^(?:mm\/gup\.c$|tools\/)/;

export function isHidden(path: string): boolean {
	return HIDDEN.test(path);
}

/** @param path relative to the kernel tree, or to the audited folder where there is none */
export function isLeftOut(path: string): boolean {
	return LEFT_OUT.test(path);
}

/** Folder of a relative path; "" for the audited folder itself. */
export function folderOf(path: string): string {
	return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
