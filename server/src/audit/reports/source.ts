import { posix, resolve } from 'node:path';
import { leavesFolder } from '../../workspace/nodeFiles.js';
import { judge, readSource } from '../../workspace/read.js';
import type { Sources } from '../../workspace/sources.js';
import type { AuditReport } from '../report.js';
import type { Source } from './html/excerpt.js';

/**
 * Lines of the files of a tree, each file read once.
 * @param tree folder; undefined: there is no code to show
 */
export function sourceIn(tree: string | undefined): Source {
	const known = new Map<string, readonly string[] | undefined>();
	return (path) => {
		if (tree === undefined) return undefined;
		if (!known.has(path)) known.set(path, linesOf(tree, path));
		return known.get(path);
	};
}

/** A report may come from elsewhere: it names files of the tree, and no others. */
function linesOf(tree: string, path: string): readonly string[] | undefined {
	const file = resolve(tree, path);
	if (leavesFolder(tree, file)) return undefined;
	const read = readSource(file, undefined);
	return read.kind === 'text' ? read.source.text.split('\n') : undefined;
}

/**
 * Lines of the files that a report names.
 * @param root audited folder, absolute, real
 */
export async function sourceFor({ sites }: AuditReport, root: string, sources: Sources): Promise<Source> {
	const paths = new Set(sites.flatMap(({ path, evidence }) => [path, ...evidence.map((one) => one.path)]));
	const known = new Map<string, readonly string[]>();
	for (const path of paths) {
		const bytes = await sources.bytes(posix.join(root, path)).catch(() => undefined);
		const read = bytes && judge(bytes, undefined);
		if (read?.kind === 'text') known.set(path, read.source.text.split('\n'));
	}
	return (path) => known.get(path);
}
