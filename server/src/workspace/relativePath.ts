/** Paths that come from a file: none may lead out of the folder it is relative to. */
import { sep } from 'node:path';

/** A part that is empty, "." or "..". */
const STRAY = /(?:^|\/)\.{0,2}(?:\/|$)/;
/** In paths joined by NUL: a part that is empty, or begins with ".". */
const STRAY_OR_HIDDEN = /(?:^|[\0/])(?:[\0/.]|$)/;
/** Drives, and the other separator. */
const FOREIGN = /[\\:]/;

function isNative(paths: string): boolean {
	return sep === '/' || !FOREIGN.test(paths);
}

/** A path inside the folder that it is relative to, whatever that is; links apart. */
export function isInside(path: unknown): boolean {
	return typeof path === 'string' && !path.includes('\0') && !STRAY.test(path) && isNative(path);
}

/** The same of each of some paths, none of which names anything hidden. @param joined by NUL; "" for none */
export function areListed(joined: string): boolean {
	return joined === '' || (!STRAY_OR_HIDDEN.test(joined) && isNative(joined));
}
