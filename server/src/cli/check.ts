import type { Severity } from '../rules/rule.js';
import { engine } from './engine.js';
import { github } from './formats/github.js';
import { json } from './formats/json.js';
import { sarif } from './formats/sarif.js';
import { summary, text } from './formats/text.js';
import type { Io } from './io.js';
import { ruleSeverities } from './options.js';
import { tool } from './package.js';
import type { FileReport, Report } from './report.js';
import { type Skip, scan } from './scan.js';
import { reaches } from './severity.js';
import { tellKernels, tellSkipped } from './tell.js';

export interface CheckOptions {
	readonly stdinPath?: string;
	readonly kernel?: string;
	readonly format: Format;
	readonly rule?: readonly string[];
	readonly failOn: Severity | 'never';
}

/** A report as text; `colour` is for people. */
const PRINTERS = { text, json, sarif, github } satisfies Record<string, (report: Report, colour: boolean) => string>;

type Format = keyof typeof PRINTERS;
export const FORMATS = Object.keys(PRINTERS) as Format[];

/** @returns 0 clean, 1 a finding at or above --fail-on, 2 a named path that cannot be looked at */
export async function check(paths: readonly string[], options: CheckOptions, io: Io): Promise<number> {
	const started = performance.now();
	const loaded = await engine();
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
				unread.push({ path, shown, reason: `function ${name} has too many paths to follow its pages` });
			}
			if (analysis.findings.length > 0) {
				reports.push({ path, shown, text: source.text, findings: analysis.findings, kernel: judged.kernel, elsewhere });
			}
		},
	);
	const report: Report = {
		tool,
		rules: loaded.rules,
		kernel: scanned.kernels.first,
		files: scanned.files,
		elapsedMs: Math.round(performance.now() - started),
		reports,
		complete: scanned.failed.length === 0,
		skipped: [...scanned.failed, ...scanned.skipped, ...unread],
	};
	tellKernels(scanned, io);
	tellSkipped(scanned, unread, io);
	io.stdout.write(PRINTERS[options.format](report, io.stdout.colour));
	const nothingRead = scanned.files === 0 && scanned.failed.length > 0;
	if (options.format === 'text' && !nothingRead) io.stdout.write(summary(report));
	if (scanned.failed.length > 0) return 2;
	const findings = reports.flatMap((file) => file.findings);
	return findings.some(({ severity }) => reaches(severity, options.failOn)) ? 1 : 0;
}
