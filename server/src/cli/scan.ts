import { isAbsolute, resolve } from 'node:path';
import type { Engine } from '../engine.js';
import { needles as words } from '../kernel/index.js';
import { aliasesIn } from '../syntax/preprocess/aliases.js';
import { collect, fromFolder, slashed } from '../workspace/collect.js';
import { TreeDefinitions } from '../workspace/definitions.js';
import type { Files } from '../workspace/files.js';
import { nodeFiles } from '../workspace/nodeFiles.js';
import { Prefilter, Prefilters } from '../workspace/prefilter.js';
import { judge, type Read, readSource } from '../workspace/read.js';
import { Refusal } from '../workspace/replace.js';
import type { SourceText } from '../workspace/text.js';
import type { Configured } from './configured.js';
import { type Compiler, type Examined, FileAnalyzer, type Named } from './file-analyzer.js';
import { UsageError } from './io.js';
import type { Header } from './kbuild/headers.js';
import type { Kernels } from './kernels.js';
import type { Skip } from './report.js';

/** Where the files are. */
export interface ScannedFrom {
	readonly files: Files;
	readonly collect: typeof collect;
	/** @param prefilter a file that has none of its words is not decoded */
	read(path: string, prefilter: Prefilter): Promise<Read> | Read;
}

const DISK: ScannedFrom = { files: nodeFiles, collect, read: readSource };

interface ScanOptions {
	/** By default the disk. */
	readonly from?: ScannedFrom;
	readonly paths: readonly string[];
	readonly cwd: string;
	/** Bytes of the standard input, for the path "-". */
	readonly stdin: () => Promise<Buffer>;
	/** Name for the standard input. */
	readonly stdinPath: string | undefined;
	readonly kernel: string | undefined;
	readonly configured: Configured;
	readonly compiler?: Compiler | undefined;
	/** Headers that a file includes from other folders than its own. */
	readonly headers?: (file: string, text: string) => Promise<readonly Header[]>;
}

/** A file that names the family. */
export interface Target extends Examined {
	/** Absolute, with "/"; undefined for the standard input. */
	readonly file: string | undefined;
	/** Relative to the working directory. */
	readonly path: string;
	/** As the user would type it. */
	readonly shown: string;
	readonly source: SourceText;
	readonly bytes: Buffer;
}

/** Functions of a file that were not judged, or not wholly. */
export function unjudged(
	{ path, shown }: Pick<Skip, 'path' | 'shown'>,
	unread: readonly string[],
	bounded: readonly string[],
): Skip[] {
	return [
		...unread.map((name) => ({ path, shown, reason: `function ${name} could not be parsed` })),
		...bounded.map((name) => ({ path, shown, reason: `function ${name} has too many paths to follow its pages` })),
	];
}

export interface Scan {
	readonly kernels: Kernels;
	/** Number of files looked at, with those that name nothing of the family. */
	files: number;
	readonly skipped: Skip[];
	/** The configuration files that were asked. */
	readonly configured: Configured;
	/** Paths the user named and that could not be looked at. */
	readonly failed: Skip[];
}

const STDIN = '-';

/**
 * Reads the files of `paths`, then hands over those that name the family, one after the other.
 * @param visit when it throws, the file counts as one that could not be looked at
 */
export async function scan(
	engine: Engine,
	options: ScanOptions,
	visit: (target: Target) => Promise<void> | void,
): Promise<Scan> {
	const { cwd, kernel, configured, compiler, headers, from = DISK } = options;
	const prefilters = new Prefilters(words);
	const definitions = new TreeDefinitions();
	const examiner = new FileAnalyzer(engine, {
		cwd,
		kernel,
		configured,
		compiler,
		files: from.files,
		definitions: (name) => definitions.of(name),
	});
	const { kernels } = examiner;
	const done: Scan = { kernels, configured, files: 0, skipped: [], failed: [] };
	const look = async (found: Found): Promise<void> => {
		const { source, bytes, file, path, shown } = found;
		try {
			await examiner.examine(found, source.text, (examined) =>
				visit({ file, path, shown, source, bytes, ...examined }),
			);
		} catch (error) {
			// One file that breaks the engine must not hide the findings in all others.
			const reason = error instanceof Refusal ? error.message : `internal error: ${(error as Error).stack ?? error}`;
			done.failed.push({ path, shown, reason });
		}
	};

	const onDisk = options.paths.filter((path) => path !== STDIN);
	const relevant: Found[] = [];
	if (onDisk.length < options.paths.length) {
		const name = options.stdinPath ?? '<stdin>';
		const absolute = slashed(resolve(cwd, name));
		const path = options.stdinPath === undefined ? name : fromFolder(cwd, absolute);
		const shown = isAbsolute(name) ? absolute : path;
		const read = judge(await options.stdin(), prefilters.of((await configured.of(absolute)).standIns));
		if (read.kind === 'skipped') done.failed.push({ path, shown, reason: read.reason });
		else done.files++;
		if (read.kind === 'text') relevant.push({ ...read, file: undefined, absolute, path, shown });
	} else if (options.stdinPath !== undefined) {
		throw new UsageError('--stdin-path needs "-" as the path');
	}
	for (const path of onDisk) await kernels.named(slashed(resolve(cwd, path)));
	const { files, skipped } = await from.collect(onDisk, cwd);
	for (const { path, shown, reason, failed } of skipped) {
		(failed ? done.failed : done.skipped).push({ path: fromFolder(cwd, path), shown, reason });
	}
	const others: Named[] = [];
	for (const { path: absolute, shown, named } of files) {
		const path = fromFolder(cwd, absolute);
		const read = await from.read(absolute, prefilters.of((await configured.of(absolute)).standIns));
		if (read.kind === 'irrelevant') others.push({ absolute, path, shown });
		if (read.kind === 'skipped') (named ? done.failed : done.skipped).push({ path, shown, reason: read.reason });
		else done.files++;
		if (read.kind !== 'text') continue;
		relevant.push({ ...read, file: absolute, absolute, path, shown });
		definitions.add(absolute, read.source.text);
		for (const { path, text } of (await headers?.(absolute, read.source.text)) ?? []) definitions.add(path, text);
	}
	relevant.push(...(await byAlias(kernels, relevant, others, from)));
	for (const file of relevant) {
		const configuration = await configured.of(file.absolute);
		if (configuration.excludes(file.absolute)) {
			const { path, shown } = file;
			done.skipped.push({ path, shown, reason: `excluded by ${configured.named(configuration)}` });
		} else await look(file);
	}
	return done;
}

/** Files of modules outside a tree that name the family by macros of their headers alone. */
async function byAlias(
	kernels: Kernels,
	relevant: readonly Found[],
	others: readonly Named[],
	from: ScannedFrom,
): Promise<Found[]> {
	const isHeader = ({ absolute }: Named): boolean => absolute.endsWith('.h');
	const headers: string[] = [];
	for (const found of relevant)
		if (isHeader(found) && !(await kernels.isInTree(found.absolute))) headers.push(found.source.text);
	const aliases = aliasesIn(headers, words);
	if (aliases.size === 0) return [];
	const prefilter = new Prefilter(aliases);
	const found: Found[] = [];
	for (const other of others) {
		const read = await from.read(other.absolute, prefilter);
		if (read.kind === 'text' && !(await kernels.isInTree(other.absolute)))
			found.push({ ...read, file: other.absolute, ...other });
	}
	return found;
}

/** A file that names the family, read. */
interface Found extends Named {
	readonly source: SourceText;
	readonly bytes: Buffer;
	/** Absolute; undefined for the standard input. */
	readonly file: string | undefined;
}
