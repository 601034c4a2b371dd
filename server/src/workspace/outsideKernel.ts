/** The kernel of files outside a tree, as it is asked for: a version, or a folder with the headers of one. */
import { kernelFor, newestKernel } from '../kernel/index.js';
import { parseVersion } from '../kernel/releases.js';
import type { Kernel } from '../kernel/types.js';
import { type HeadersFolder, headersFolderNow } from './headersFolder.js';
import { readBytes } from './read.js';
import { decode } from './text.js';

/** By path. */
const known = new Map<string, HeadersFolder>();

/** What is known of the folder; read once. @param folder absolute, with "/" */
export function localHeaders(folder: string): HeadersFolder {
	let found = known.get(folder);
	if (!found) {
		found = headersFolderNow(folder, textOf);
		known.set(folder, found);
	}
	return found;
}

/**
 * @param asked a version, or the absolute path of a folder; undefined: the newest kernel known
 * @throws RangeError where the folder is none with the headers of a kernel
 */
export function outsideKernel(asked: string | undefined): Kernel {
	if (asked === undefined) return newestKernel();
	if (parseVersion(asked)) return kernelFor(asked);
	const { kernel, problem } = localHeaders(asked);
	if (!kernel) throw new RangeError(`${asked} ${problem}`);
	return kernel;
}

function textOf(path: string): string | undefined {
	try {
		const bytes = readBytes(path);
		return bytes && decode(bytes)?.text;
	} catch {
		return undefined;
	}
}
