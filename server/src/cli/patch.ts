import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { slashed } from '../workspace/collect.js';
import type { Target } from './scan.js';

interface Patch {
	/** Unified diff in the bytes of the file. */
	readonly bytes: Buffer;
	/** Folder, absolute, in which `patch -p1` and `git apply` take it. */
	readonly folder: string;
}

/** The diff from a file to its fixed text. Its path has no "..": patch and git refuse such. */
export function patch(target: Target, text: string, cwd: string): Patch {
	const { folder, path } = placeOf(target, cwd);
	const { source } = target;
	const bom = source.bom ? '\uFEFF' : '';
	const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, bom + source.text, bom + text, undefined, undefined, {
		context: 3,
		headerOptions: FILE_HEADERS_ONLY,
	});
	return { bytes: Buffer.from(diff, source.encoding), folder };
}

/** From the top of the kernel tree, as kernel patches are; else from the nearest folder that holds file and cwd. */
function placeOf({ path, judged }: Target, cwd: string): { readonly folder: string; readonly path: string } {
	if (judged.tree) return { folder: judged.tree.root, path: judged.path };
	let folder = slashed(cwd);
	let rest = path;
	while (rest.startsWith('../')) {
		rest = rest.slice(3);
		folder = folder.slice(0, folder.lastIndexOf('/'));
	}
	return { folder: folder || '/', path: rest };
}
