/** The kernel that a folder of headers is for: a source tree, a build folder of one, or a distribution's headers package. */
import { parseVersion } from '../kernel/releases.js';
import type { Kernel } from '../kernel/types.js';
import { normalised } from '../syntax/include-name.js';
import type { Files } from './files.js';
import { readMakefile, type TreeVersion } from './makefile.js';
import { join } from './paths.js';
import { treeHeaders, treeKernel } from './treeKernel.js';

/** Folders that lead to each other by their Makefiles. */
const MOST_STEPS = 4;

export interface HeadersFolder {
	/** undefined where the folder is none; then `problem` says why, as the end of a sentence about it. */
	readonly kernel: Kernel | undefined;
	readonly problem: string;
}

/** Asks for one text after the other, so that it serves where files are read at once and where they are waited for. */
type Reading = Generator<string, HeadersFolder, string | undefined>;

function* reading(folder: string): Reading {
	const folders = yield* foldersOf(folder);
	const headers = new Map<string, string>();
	for (const name of treeHeaders) {
		for (const at of folders) {
			const text = yield join(at, name);
			if (text === undefined) continue;
			headers.set(name, text);
			break;
		}
	}
	if (!headers.has('include/linux/mm.h'))
		return {
			kernel: undefined,
			problem: 'has no kernel headers: no include/linux/mm.h, nor a Makefile that leads to one',
		};
	const version = yield* versionOf(folders);
	if (!version) return { kernel: undefined, problem: 'has kernel headers, but nothing in it says of which version' };
	return { kernel: treeKernel(version, headers, 'headers'), problem: '' };
}

/** The folder, and those its Makefile includes: a build folder has that of its source, a headers package that of its common part. */
function* foldersOf(folder: string): Generator<string, readonly string[], string | undefined> {
	const folders: string[] = [];
	for (let at: string | undefined = folder; at !== undefined && folders.length < MOST_STEPS; ) {
		folders.push(at);
		const makefile: string | undefined = yield join(at, 'Makefile');
		const next: string | undefined = /^[ \t]*-?include[ \t]+(\S+)\/Makefile[ \t]*$/m.exec(makefile ?? '')?.[1];
		const place: string | undefined =
			next === undefined || next.includes('$') ? undefined : next.startsWith('/') ? next : join(at, next);
		at = place === undefined || folders.includes(normalised(place)) ? undefined : normalised(place);
	}
	return [...folders, join(folder, 'source')];
}

/** What was built says more than the Makefile: it has the release of the distribution. */
function* versionOf(folders: readonly string[]): Generator<string, TreeVersion | undefined, string | undefined> {
	for (const at of folders) {
		const makefile = yield join(at, 'Makefile');
		const told = makefile === undefined ? undefined : readMakefile(makefile);
		if (told) return told;
		const release = yield join(at, 'include/config/kernel.release');
		const parsed = release === undefined ? undefined : parseVersion(release);
		if (parsed) return parsed;
		const header = yield join(at, 'include/generated/uapi/linux/version.h');
		const code = Number(/^#define[ \t]+LINUX_VERSION_CODE[ \t]+(\d+)/m.exec(header ?? '')?.[1] ?? Number.NaN);
		if (code > 0) return parseVersion(`${code >> 16}.${(code >> 8) & 255}.${code & 255}`);
	}
	return undefined;
}

/** @param folder path or URI */
export async function headersFolder(folder: string, files: Pick<Files, 'read'>): Promise<HeadersFolder> {
	const steps = reading(folder.replace(/(?<=.)\/+$/, ''));
	let step = steps.next();
	while (!step.done) step = steps.next(await files.read(step.value).catch(() => undefined));
	return step.value;
}

/** The same for files that are read at once. @param read undefined for a file that is not there */
export function headersFolderNow(folder: string, read: (path: string) => string | undefined): HeadersFolder {
	const steps = reading(folder.replace(/(?<=.)\/+$/, ''));
	let step = steps.next();
	while (!step.done) step = steps.next(read(step.value));
	return step.value;
}
