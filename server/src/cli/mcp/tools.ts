/** The tools: what a client may ask, as a command line, and what of its answer is told first. */
import { dirname } from 'node:path';
import { count, oneLine } from '../../workspace/wording.js';
import type { Answer } from './answer.js';
import { command, type Run } from './commandLine.js';
import { Refused, within } from './within.js';

/** Where and with what the tools work. */
export interface Served {
	readonly run: Run;
	/** Absolute, without symbolic links: nothing outside of it is shown or changed. */
	readonly folder: string;
	/** Conversions may be written. */
	readonly write: boolean;
}

export interface Check {
	readonly path?: string | undefined;
	readonly text?: string | undefined;
	readonly patch?: string | undefined;
	readonly rule?: string | undefined;
	readonly kernel?: string | undefined;
}

export interface Explain {
	readonly name?: string | undefined;
	readonly path?: string | undefined;
	readonly line?: number | undefined;
	readonly kernel?: string | undefined;
}

export interface Audit {
	readonly path?: string | undefined;
	readonly convert?: string | undefined;
	readonly write?: boolean | undefined;
	readonly kernel?: string | undefined;
}

/** Of the report of `gup-lens audit --format json` what is told. */
interface AuditReport {
	readonly kernel: string;
	readonly files: number;
	readonly sites: readonly {
		readonly path: string;
		readonly line: number;
		readonly function: string | null;
		readonly api: string;
		readonly verdict: string;
		readonly target: string | null;
		readonly reason: string | null;
		readonly evidence: readonly { readonly text: string }[];
		readonly findings: readonly string[];
	}[];
}

/** What is left to do stands first. */
const VERDICTS = ['bug', 'convert', 'benefit', 'keep', 'ok'];

/** Findings of a path of the folder, of a text, or those that a patch brings. */
export async function check({ run, folder }: Served, asked: Check): Promise<Answer> {
	const { path, text, patch, rule, kernel } = asked;
	if (text !== undefined && patch !== undefined) throw new Refused('give a text or a patch, not both');
	const options = ['--format', 'agent', ...option('--rule', rule), ...option('--kernel', kernel)];
	const named = path === undefined ? undefined : within(folder, path);
	const where =
		text === undefined
			? [...(patch === undefined ? [] : ['--patch', '-']), named ?? '.']
			: ['-', ...option('--stdin-path', named)];
	const { stdout, remarks } = await command(run, folder, ['check', ...options, ...where], text ?? patch ?? '');
	const [, body = '', summary = ''] = /^([\s\S]*?)summary: (.*)\n$/.exec(stdout) ?? [];
	return { summary, body, remarks };
}

/** What is known of a name, or what becomes of the pages acquired on a line. */
export async function explain({ run, folder }: Served, asked: Explain): Promise<Answer> {
	const { name, path, line, kernel } = asked;
	if (name !== undefined && path === undefined && line === undefined) {
		const { stdout, remarks } = await command(run, folder, ['explain', ...option('--kernel', kernel), '--', name]);
		return { summary: `what ${oneLine(name)} is`, body: stdout, remarks };
	}
	if (name !== undefined || path === undefined || line === undefined)
		throw new Refused('give a name, or the path and the line of a finding');
	// with a column behind it, a name that ends in ":12" is not taken for another file's
	const place = `${within(folder, path)}:${line}:1`;
	const { stdout, remarks } = await command(run, folder, ['explain', ...option('--kernel', kernel), '--flow', place]);
	const ways = [...stdout.matchAll(/^path \d+ of \d+: (.*)$/gm)].map(([, ending = '']) => ending);
	const told = ways.length === 0 ? '' : `: ${ways.join('; ')}`;
	return {
		summary: `${count(ways.length, 'path')} of the pages at ${oneLine(path)}:${line}${told}`,
		body: stdout,
		remarks,
	};
}

/** Every call that acquires user pages, with a verdict; or the conversion of those of a rule. */
export async function audit(served: Served, asked: Audit): Promise<Answer> {
	const { run, folder } = served;
	const { path = '.', convert, write, kernel } = asked;
	const named = within(folder, path);
	if (convert !== undefined) return converted(served, named, convert, asked);
	if (write) throw new Refused('an audit writes nothing: give a rule to convert');
	const isFile = /\.[ch]$/.test(named);
	const tree = isFile ? dirname(named) : named;
	const argv = ['audit', '--format', 'json', ...option('--kernel', kernel), '--', tree];
	const { stdout, remarks } = await command(run, folder, argv);
	const report = JSON.parse(stdout) as AuditReport;
	const top = tree === '.' ? '' : `${tree}/`;
	const sites = report.sites
		.map((site) => ({ ...site, path: `${top}${site.path}` }))
		.filter((site) => !isFile || site.path === named)
		.sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
	const numbers = VERDICTS.flatMap((verdict) => {
		const number = sites.filter((site) => site.verdict === verdict).length;
		return number > 0 ? [`${number} ${verdict}`] : [];
	});
	const counts = numbers.length > 0 ? ` (${numbers.join(', ')})` : '';
	const files = isFile ? '' : `; ${count(report.files, 'file')}`;
	return {
		summary: `${count(sites.length, 'site')}${counts}${files}; Linux ${report.kernel}`,
		body: sites.map(block).join('\n'),
		remarks,
	};
}

function block({
	path,
	line,
	function: name,
	api,
	verdict,
	target,
	reason,
	evidence,
	findings,
}: AuditReport['sites'][number]): string {
	const advice = target === null ? (reason ?? findings.join(', ')) : `-> ${target}`;
	const head = `${verdict} ${path}:${line}: ${api}()${name === null ? '' : ` in ${name}()`}${advice ? `: ${advice}` : ''}`;
	return [head, ...evidence.slice(0, 1).map(({ text }) => `  ${text}`)].join('\n');
}

async function converted(
	served: Served,
	named: string,
	rule: string,
	{ write = false, kernel }: Audit,
): Promise<Answer> {
	const { run, folder } = served;
	if (write && !served.write) throw new Refused('the server was started without --write: leave "write" out for a diff');
	const argv = ['fix', '--rule', rule, ...(write ? [] : ['--dry-run']), ...option('--kernel', kernel), '--', named];
	const { stdout, remarks } = await command(run, folder, argv);
	return { summary: remarks.at(-1) ?? 'nothing to convert', body: stdout, remarks: remarks.slice(0, -1) };
}

function option(name: string, value: string | undefined): string[] {
	return value === undefined ? [] : [name, value];
}
