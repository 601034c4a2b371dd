import { isAbsolute, resolve } from 'node:path';
import { type Engine, type Finding, needles } from '../engine.js';
import { Git, GitError } from '../programs/git.js';
import { namesOne } from '../syntax/preprocess/stand-ins.js';
import { fromFolder, slashed } from '../workspace/collect.js';
import { isGarbled, NO_TEXT } from '../workspace/entries.js';
import type { Files } from '../workspace/files.js';
import { type Changed, changedBetween, Revision, recorded, Staged } from '../workspace/git.js';
import { filesWithin, nodeFiles } from '../workspace/nodeFiles.js';
import { Overlay } from '../workspace/overlay.js';
import { applySeries, PatchError } from '../workspace/patches.js';
import { isC, parent } from '../workspace/paths.js';
import { type RevisionRange, revisionNamed } from '../workspace/revision.js';
import { Revisions } from '../workspace/revisionTree.js';
import { TreeLocator } from '../workspace/trees.js';
import type { Configured } from './configured.js';
import { FileAnalyzer, type Named } from './file-analyzer.js';
import { fingerprints } from './fingerprint.js';
import { UsageError } from './io.js';
import type { Kernels } from './kernels.js';
import type { FileReport, Skip } from './report.js';
import { unjudged } from './scan.js';

/** Two states of a tree, and the files in which they differ. */
export interface Change {
	readonly before: Files;
	readonly now: Files;
	readonly files: readonly Changed[];
	/** Ends what reads them. */
	end?(): void;
}

/**
 * What lies between two revisions; nothing is checked out.
 * @throws UsageError without repository or revision
 */
export async function changeBetween(range: RevisionRange, cwd: string): Promise<Change> {
	const asUsage = (error: unknown): never => {
		throw error instanceof GitError ? new UsageError(`--diff ${range.from}..${range.to}: ${error.message}`) : error;
	};
	let revisions: Revisions | undefined;
	try {
		const git = await Git.around(cwd);
		const opened = new Revisions(git);
		revisions = opened;
		const [from, to] = [await revisionNamed(git, range.from), await revisionNamed(git, range.to)];
		const filesOf = async (revision: string): Promise<Files> => {
			const tree = await opened.tree(revision);
			return {
				read: (path) => tree.read(path).catch(asUsage),
				list: (folder) => tree.list(folder).catch(asUsage),
			};
		};
		const [before, now] = [await filesOf(from.tree), await filesOf(to.tree)];
		const changed = await changedBetween(git, from.commit, to.commit);
		return { before, now, files: changed.filter(isCode), end: () => opened.end() };
	} catch (error) {
		revisions?.end();
		return asUsage(error);
	}
}

/**
 * What a work tree has changed since a revision.
 * @throws UsageError without repository or revision
 */
export async function changeSince(revision: string, cwd: string): Promise<Change> {
	const asUsage = (error: unknown): never => {
		throw error instanceof GitError ? new UsageError(`--diff ${revision}: ${error.message}`) : error;
	};
	try {
		const found = await Revision.find(revision, cwd);
		const files = (await found.changes()).filter(isCode);
		const old = new Map<string, () => Promise<string | undefined>>();
		for (const { before, now } of files) {
			if (now !== undefined && now !== before) old.set(now, async () => undefined);
		}
		for (const { before } of files)
			if (before !== undefined)
				old.set(
					before,
					once(() => found.text(before).catch(asUsage)),
				);
		return { before: new Overlay(nodeFiles, old), now: nodeFiles, files };
	} catch (error) {
		return asUsage(error);
	}
}

/**
 * What is staged for the next commit: the index of git against HEAD, whatever the work tree has besides.
 * @param index file of the index where git has handed over another one, as it does to hooks
 * @throws UsageError without a repository
 */
export async function changeStaged(cwd: string, index: string | undefined): Promise<Change> {
	const asUsage = (error: unknown): never => {
		throw error instanceof GitError ? new UsageError(`--staged: ${error.message}`) : error;
	};
	try {
		const staged = await Staged.find(cwd, index);
		const { files, unstaged } = await staged.changes();
		const text = (make: (path: string) => Promise<string | undefined>, path: string) =>
			[path, once(() => make(path).catch(asUsage))] as const;
		const shared = unstaged.map((path) => text((one) => staged.text(one), path));
		const now = new Map([
			...shared,
			...files.flatMap((file) => (file.now ? [text((one) => staged.text(one), file.now)] : [])),
		]);
		for (const { before, now: path } of files)
			if (before !== undefined && before !== path && !files.some((file) => file.now === before))
				now.set(before, async () => undefined);
		const before = new Map(shared);
		for (const file of files) if (file.now !== undefined) before.set(file.now, async () => undefined);
		for (const file of files)
			if (file.before !== undefined) before.set(...text((one) => staged.committed(one), file.before));
		return { before: new Overlay(nodeFiles, before), now: new Overlay(nodeFiles, now), files: files.filter(isCode) };
	} catch (error) {
		return asUsage(error);
	}
}

/**
 * What a patch or a series of them changes in the tree around a folder: applied in memory, or taken back where the tree has it.
 * @param name of the patch, for messages
 * @throws UsageError for a patch that does not apply
 */
export async function changeBy(patch: string, name: string, cwd: string): Promise<Change> {
	const here = slashed(cwd);
	const tree = await new TreeLocator(nodeFiles).find(here, true);
	const top = tree?.root ?? here;
	try {
		const { before, now, files } = await applySeries(patch, top, filesWithin(top), (...names) =>
			recorded(top, ...names),
		);
		const absolute = (path: string | undefined) => path && `${top}/${path}`;
		const state = (texts: typeof now) =>
			new Overlay(nodeFiles, new Map([...texts].map(([path, text]) => [`${top}/${path}`, async () => text])));
		const changed = files.map((file): Changed => ({ before: absolute(file.before), now: absolute(file.now) }));
		return { before: state(before), now: state(now), files: changed.filter(isCode) };
	} catch (error) {
		if (error instanceof PatchError) throw new UsageError(`--patch ${name}: ${error.message}`);
		throw error;
	}
}

function isCode({ before, now }: Changed): boolean {
	return isC(now ?? before ?? '');
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

interface Asked {
	/** Only files in these are reported. */
	readonly paths: readonly string[];
	readonly cwd: string;
	readonly kernel: string | undefined;
	/** The configuration files as they are now, and what the command line says before them. */
	readonly configured: Configured;
	/** Tell the paths that findings are about. */
	readonly withPaths: boolean;
}

/** What a change brings. */
export interface NewFindings {
	readonly kernels: Kernels;
	/** Number of files looked at. */
	readonly files: number;
	/** C files that the change touches. */
	readonly changed: number;
	readonly reports: readonly FileReport[];
	readonly unread: readonly Skip[];
}

/**
 * Findings that are there after a change and were not before: in the files it touches, and in those beside them, which may
 * call what it changes.
 */
export async function newFindings(engine: Engine, { before, now, files }: Change, asked: Asked): Promise<NewFindings> {
	const { cwd, kernel, configured } = asked;
	const after = new FileAnalyzer(engine, { cwd, kernel, configured, files: now });
	const earlier = new FileAnalyzer(engine, { cwd, kernel, configured, files: before });
	const formerly = new Map(files.map((file) => [file.now, file.before]));
	const reports: FileReport[] = [];
	const unread: Skip[] = [];
	let looked = 0;
	for (const absolute of await candidates(files, now, asked)) {
		const text = await now.read(absolute);
		if (text === undefined) {
			const reason = isGarbled(absolute) ? NO_TEXT : 'cannot be read, or too large';
			if (formerly.has(absolute)) unread.push({ ...nameOf(absolute, asked), reason });
			continue;
		}
		looked++;
		const { standIns, excludes } = await configured.of(absolute);
		if (excludes(absolute)) continue;
		if (!needles.some((needle) => text.includes(needle)) && !namesOne(text, standIns)) continue;
		const named = nameOf(absolute, asked);
		await after.examine(named, text, async ({ judged, analyse, paths, elsewhere }) => {
			const { findings, unread: functions, bounded } = analyse(text, true);
			unread.push(...unjudged(named, functions, bounded));
			if (findings.length === 0) return;
			const old = formerly.has(absolute) ? formerly.get(absolute) : absolute;
			const known = old === undefined ? [] : await fingerprintsOf(earlier, nameOf(old, asked), await before.read(old));
			const fresh = newOnes(text, findings, known);
			if (fresh.length === 0) return;
			const told = asked.withPaths ? { paths: paths(text, fresh) } : {};
			reports.push({ ...named, text, findings: fresh, ...told, kernel: judged.kernel, elsewhere });
		});
	}
	return { kernels: after.kernels, files: looked, changed: files.length, reports, unread };
}

/** Paths by which the same finding is known before and after. */
async function fingerprintsOf(
	examiner: FileAnalyzer,
	named: Named,
	text: string | undefined,
): Promise<readonly string[]> {
	if (text === undefined) return [];
	return examiner.examine(named, text, ({ analyse }) => fingerprints('', text, analyse(text, false).findings));
}

function newOnes(text: string, findings: readonly Finding[], known: readonly string[]): readonly Finding[] {
	const old = new Set(known);
	const prints = fingerprints('', text, findings);
	return findings.filter((_, i) => !old.has(prints[i] as string));
}

/** Files the change touches, and the C files beside them. */
async function candidates(files: readonly Changed[], now: Files, { paths, cwd }: Asked): Promise<readonly string[]> {
	const found = new Set<string>();
	const folders = new Set<string>();
	for (const { now: path, before } of files) {
		if (path !== undefined) found.add(path);
		for (const one of [path, before]) folders.add(parent(one ?? '') ?? '');
	}
	for (const folder of folders)
		for (const name of await now.list(folder)) if (isC(name)) found.add(`${folder}/${name}`);
	const within = paths.map((path) => slashed(resolve(cwd, path)));
	return [...found].filter((path) => within.some((top) => path === top || path.startsWith(`${top}/`))).sort();
}

function nameOf(absolute: string, { paths, cwd }: Asked): Named {
	const path = fromFolder(cwd, absolute);
	return { absolute, path, shown: paths.every((given) => isAbsolute(given)) ? absolute : path };
}
