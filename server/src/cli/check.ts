import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Engine } from '../engine.js';
import type { Severity } from '../rules/rule.js';
import { tool } from '../version.js';
import { reasonOf } from '../workspace/collect.js';
import { baseline, beyond } from './baseline.js';
import { brought, changeBy, changeSince } from './change.js';
import { engine } from './engine.js';
import { github } from './formats/github.js';
import { json } from './formats/json.js';
import { sarif } from './formats/sarif.js';
import { summary, text } from './formats/text.js';
import { type Io, UsageError } from './io.js';
import { ruleSeverities } from './options.js';
import type { FileReport, Report } from './report.js';
import { type Scan, type Skip, scan } from './scan.js';
import { reaches } from './severity.js';
import { tellKernels, tellSkipped } from './tell.js';

export interface CheckOptions {
	readonly stdinPath?: string;
	readonly kernel?: string;
	readonly format: Format;
	readonly rule?: readonly string[];
	readonly failOn: Severity | 'never';
	/** Only what the work tree brings since this revision. */
	readonly diff?: string;
	/** Only what this patch or series would bring; "-" for the standard input. */
	readonly patch?: string;
	/** Leave out what this earlier report has. */
	readonly baseline?: string;
}

/** A report as text; `colour` is for people. */
const PRINTERS = { text, json, sarif, github } satisfies Record<string, (report: Report, colour: boolean) => string>;

type Format = keyof typeof PRINTERS;
export const FORMATS = Object.keys(PRINTERS) as Format[];

interface Looked {
	readonly scanned: Scan;
	readonly reports: readonly FileReport[];
	/** Functions that were not judged. */
	readonly unread: readonly Skip[];
}

/** @returns 0 clean, 1 a finding at or above --fail-on, 2 a named path that cannot be looked at */
export async function check(paths: readonly string[], options: CheckOptions, io: Io): Promise<number> {
	const started = performance.now();
	const change = changeOf(options);
	if (!change && paths.length === 0) throw new UsageError('give files or folders to check, --diff or --patch');
	const known = options.baseline === undefined ? undefined : await baseline(resolve(io.cwd, options.baseline));
	const loaded = await engine();
	const { scanned, reports, unread } = change
		? await lookAtChange(loaded, await change(io), paths, options, io)
		: await lookAtFiles(loaded, paths, options, io);
	const report: Report = {
		tool,
		rules: loaded.rules,
		kernel: scanned.kernels.first,
		files: scanned.files,
		elapsedMs: Math.round(performance.now() - started),
		reports: known ? beyond(known, reports) : reports,
		complete: scanned.failed.length === 0,
		skipped: [...scanned.failed, ...scanned.skipped, ...unread],
	};
	tellKernels(scanned, io);
	tellSkipped(scanned, unread, io);
	io.stdout.write(PRINTERS[options.format](report, io.stdout.colour));
	const nothingRead = scanned.files === 0 && scanned.failed.length > 0;
	if (options.format === 'text' && !nothingRead) io.stdout.write(summary(report));
	if (scanned.failed.length > 0) return 2;
	const findings = report.reports.flatMap((file) => file.findings);
	return findings.some(({ severity }) => reaches(severity, options.failOn)) ? 1 : 0;
}

/** How to get the two states that are compared; undefined when files are checked as they are. */
function changeOf({ diff, patch, stdinPath }: CheckOptions): ((io: Io) => ReturnType<typeof changeBy>) | undefined {
	if (diff !== undefined && patch !== undefined) throw new UsageError('give --diff or --patch, not both');
	if (stdinPath !== undefined && (diff ?? patch) !== undefined)
		throw new UsageError('--stdin-path cannot be combined with --diff or --patch');
	if (diff !== undefined) return ({ cwd }) => changeSince(diff, cwd);
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
	change: Awaited<ReturnType<typeof changeBy>>,
	paths: readonly string[],
	{ kernel, rule }: CheckOptions,
	{ cwd }: Io,
): Promise<Looked> {
	const severities = ruleSeverities(rule ?? [], loaded.rules);
	const asked = { paths: paths.length > 0 ? paths : ['.'], cwd, kernel, severities };
	const { kernels, files, reports, unread } = await brought(loaded, change, asked);
	return { scanned: { kernels, files, skipped: [], failed: [] }, reports, unread };
}

async function lookAtFiles(loaded: Engine, paths: readonly string[], options: CheckOptions, io: Io): Promise<Looked> {
	const reports: FileReport[] = [];
	const unread: Skip[] = [];
	const scanned = await scan(
		loaded,
		{
			paths,
			cwd: io.cwd,
			stdin: io.stdin,
			stdinPath: options.stdinPath,
			kernel: options.kernel,
			severities: ruleSeverities(options.rule ?? [], loaded.rules),
		},
		(target) => {
			const { path, shown, source, judged, elsewhere } = target;
			const analysis = target.analyse(source.text, true);
			for (const name of analysis.unread) {
				unread.push({ path, shown, reason: `function ${name} could not be parsed` });
			}
			for (const name of analysis.bounded) {
				unread.push({ path, shown, reason: `function ${name} has too many paths to analyse` });
			}
			if (analysis.findings.length > 0) {
				const { findings } = analysis;
				reports.push({ path, shown, text: source.text, findings, kernel: judged.kernel, elsewhere });
			}
		},
	);
	return { scanned, reports, unread };
}
