import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Engine, Finding } from '../engine.js';
import type { Severity } from '../rules/rule.js';
import { tool } from '../version.js';
import { reasonOf } from '../workspace/collect.js';
import { rangeOf } from '../workspace/revision.js';
import { baseline, beyond } from './baseline.js';
import { type Change, changeBetween, changeBy, changeSince, changeStaged, newFindings } from './change.js';
import { Configured } from './configured.js';
import { convertible } from './convertible.js';
import { engine } from './engine.js';
import { fix } from './fix.js';
import { agent } from './formats/agent.js';
import { b4 } from './formats/b4.js';
import { github } from './formats/github.js';
import { gitlab } from './formats/gitlab.js';
import { json } from './formats/json.js';
import { sarif } from './formats/sarif.js';
import { terse } from './formats/terse.js';
import { statistics, summary, text } from './formats/text.js';
import { type Io, UsageError } from './io.js';
import { ruleSeverities, selected } from './options.js';
import type { FileReport, Report, Skip } from './report.js';
import { openForCheck } from './revisionFiles.js';
import { type Scan, scan, unjudged } from './scan.js';
import { tellKernels, tellSkipped } from './scan-summary.js';
import { reaches } from './severity.js';

export interface CheckOptions {
	readonly stdinPath?: string;
	readonly kernel?: string;
	readonly format: Format;
	/** Only these rules. */
	readonly rule?: readonly string[];
	/** ID=SEVERITY */
	readonly severity?: readonly string[];
	/** Again after every change. */
	readonly watch?: boolean;
	readonly quiet?: boolean;
	readonly statistics?: boolean;
	/** Apply the safe fixes before. */
	readonly fix?: boolean;
	/** Only what the index of git has and HEAD has not. */
	readonly staged?: boolean;
	readonly failOn: Severity | 'never';
	/** Only what the work tree brings since this revision, or what lies between two. */
	readonly diff?: string;
	/** Files as they are in this revision. */
	readonly rev?: string;
	/** Only what this patch or series would bring; "-" for the standard input. */
	readonly patch?: string;
	/** Leave out what this earlier report has. */
	readonly baseline?: string;
}

/** A report as text; `colour` is for people. */
const PRINTERS = { text, terse, json, sarif, github, gitlab, b4, agent } satisfies Record<
	string,
	(report: Report, colour: boolean) => string
>;

type Format = keyof typeof PRINTERS;
export const FORMATS = Object.keys(PRINTERS) as Format[];

/** The report tells the paths that findings are about. */
function hasPaths(format: Format): boolean {
	return format === 'sarif';
}

const NONE: ReadonlySet<Finding> = new Set();

interface Looked {
	readonly scanned: Scan;
	readonly reports: readonly FileReport[];
	/** Functions that were not judged. */
	readonly unread: readonly Skip[];
}

/** @returns 0 clean, 1 a finding at or above --fail-on, 2 a named path that cannot be looked at */
export async function check(given: readonly string[], options: CheckOptions, io: Io): Promise<number> {
	const started = performance.now();
	const change = changeOf(options);
	if (options.statistics && options.format !== 'text') throw new UsageError('--statistics is for --format text');
	if (options.rev !== undefined && (change || options.fix || given.includes('-')))
		throw new UsageError(
			'--rev is for files and folders that are checked as they were, without --diff, --patch, --staged or --fix',
		);
	if (options.fix && (change || given.includes('-')))
		throw new UsageError('--fix is for files that are checked as they are: name files or folders');
	const paths = change || given.length > 0 ? given : ['.'];
	const known = options.baseline === undefined ? undefined : await baseline(resolve(io.cwd, options.baseline));
	const loaded = await engine();
	const chosen = options.rule ?? [];
	const severities = selected(chosen, ruleSeverities(options.severity ?? [], loaded.rules), loaded.rules);
	const configured = new Configured(io, paths, { severities, rules: chosen });
	if (options.fix)
		await fix(
			paths,
			{ ...(options.kernel !== undefined && { kernel: options.kernel }), rule: chosen, silent: true },
			io,
		);
	const { scanned, reports, unread } = change
		? await lookAtChange(loaded, change, paths, configured, options, io)
		: await lookAtFiles(loaded, paths, configured, options, io);
	const report: Report = {
		tool,
		rules: loaded.rules,
		kernel: scanned.kernels.first,
		files: scanned.files,
		elapsedMs: Math.round(performance.now() - started),
		reports: known ? beyond(known, reports) : reports,
		complete: scanned.failed.length === 0 && !configured.isBroken,
		skipped: [...scanned.failed, ...scanned.skipped, ...unread],
	};
	if (!options.quiet) tellKernels(scanned, io);
	tellSkipped(options.quiet ? { ...scanned, files: 1, skipped: [] } : scanned, options.quiet ? [] : unread, io);
	io.stdout.write(PRINTERS[options.format](report, io.stdout.colour));
	if (options.statistics) io.stdout.write(statistics(report));
	const nothingRead = scanned.files === 0 && scanned.failed.length > 0;
	if (options.format === 'text' && !nothingRead && !options.quiet) io.stdout.write(summary(report));
	if (scanned.failed.length > 0 || configured.isBroken) return 2;
	const findings = report.reports.flatMap((file) => file.findings);
	return findings.some(({ severity }) => reaches(severity, options.failOn)) ? 1 : 0;
}

/** How to get the two states that are compared; undefined when files are checked as they are. */
function changeOf({ diff, patch, staged, stdinPath }: CheckOptions): ((io: Io) => Promise<Change>) | undefined {
	const asked = [diff !== undefined && '--diff', patch !== undefined && '--patch', staged && '--staged'].filter(
		Boolean,
	);
	if (asked.length > 1) throw new UsageError(`give ${asked.join(' or ')}, not both`);
	if (stdinPath !== undefined && asked.length > 0)
		throw new UsageError('--stdin-path is for files that are checked as they are');
	if (staged) return ({ cwd }) => changeStaged(cwd, process.env.GIT_INDEX_FILE);
	if (diff !== undefined) {
		const range = rangeOf(diff);
		return ({ cwd }) => (range ? changeBetween(range, cwd) : changeSince(diff, cwd));
	}
	if (patch === undefined) return undefined;
	return async (io) => changeBy(await patchText(patch, io), patch === '-' ? 'from the standard input' : patch, io.cwd);
}

async function patchText(path: string, io: Io): Promise<string> {
	if (path === '-') return (await io.stdin()).toString('utf8');
	try {
		return await readFile(resolve(io.cwd, path), 'utf8');
	} catch (error) {
		throw new UsageError(`--patch ${path}: ${reasonOf(error as NodeJS.ErrnoException)}`);
	}
}

async function lookAtChange(
	loaded: Engine,
	make: (io: Io) => Promise<Change>,
	paths: readonly string[],
	configured: Configured,
	{ kernel, format }: CheckOptions,
	io: Io,
): Promise<Looked> {
	const { cwd } = io;
	const asked = { paths: paths.length > 0 ? paths : ['.'], cwd, kernel, configured, withPaths: hasPaths(format) };
	const change = await make(io);
	try {
		const { kernels, files, reports, unread } = await newFindings(loaded, change, asked);
		return { scanned: { kernels, configured, files, skipped: [], failed: [] }, reports, unread };
	} finally {
		change.end?.();
	}
}

async function lookAtFiles(
	loaded: Engine,
	paths: readonly string[],
	configured: Configured,
	options: CheckOptions,
	io: Io,
): Promise<Looked> {
	const reports: FileReport[] = [];
	const unread: Skip[] = [];
	const revision = options.rev === undefined ? undefined : await openForCheck(options.rev, io.cwd);
	const scanned = await scan(
		loaded,
		{
			...(revision && { from: revision }),
			paths,
			cwd: io.cwd,
			stdin: io.stdin,
			stdinPath: options.stdinPath,
			kernel: options.kernel,
			configured,
		},
		(target) => {
			const { path, shown, source, judged, elsewhere } = target;
			const analysis = target.analyse(source.text, true);
			unread.push(...unjudged(target, analysis.unread, analysis.bounded));
			if (analysis.findings.length > 0) {
				const { findings } = analysis;
				const conversions =
					options.format === 'text' || options.format === 'agent' ? convertible(target, findings) : NONE;
				const paths = hasPaths(options.format) ? { paths: target.paths(source.text, findings) } : {};
				reports.push({
					path,
					shown,
					text: source.text,
					findings,
					...paths,
					kernel: judged.kernel,
					elsewhere,
					conversions,
				});
			}
		},
	).finally(() => revision?.end());
	return { scanned, reports, unread };
}
