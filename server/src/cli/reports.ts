import { statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { writeAtomically } from '../audit/atomic.js';
import type { Comparison } from '../audit/compare.js';
import type { AuditReport } from '../audit/report.js';
import { auditCsv } from '../audit/reports/csv.js';
import type { Source } from '../audit/reports/html/excerpt.js';
import { auditHtml } from '../audit/reports/html/page.js';
import { auditJson } from '../audit/reports/json.js';
import { auditMarkdown } from '../audit/reports/markdown.js';
import { sourceIn } from '../audit/reports/source.js';
import { auditText } from '../audit/reports/text.js';
import { summary } from '../audit/reports/words.js';
import { reasonOf } from '../workspace/collect.js';
import { auditSarif } from './formats/auditSarif.js';
import { type Io, UsageError } from './io.js';
import { tell } from './tell.js';

/** What a format prints from. */
interface Content {
	readonly report: AuditReport;
	readonly comparison: Comparison | undefined;
	readonly source: Source;
	/** For people. */
	readonly colour: boolean;
}

const PRINTERS = {
	text: ({ report, colour, comparison }) => auditText(report, colour, comparison),
	markdown: ({ report, comparison }) => auditMarkdown(report, comparison),
	csv: ({ report }) => auditCsv(report),
	json: ({ report }) => auditJson(report),
	sarif: ({ report }) => auditSarif(report),
	html: ({ report, source, comparison }) => auditHtml(report, source, comparison),
} satisfies Record<string, (content: Content) => string>;

type Format = keyof typeof PRINTERS;
export const AUDIT_FORMATS = Object.keys(PRINTERS) as Format[];

const COMPARING: readonly Format[] = ['text', 'markdown', 'html'];
const BY_NAME: Readonly<Record<string, Format>> = {
	'.txt': 'text',
	'.md': 'markdown',
	'.csv': 'csv',
	'.json': 'json',
	'.sarif': 'sarif',
	'.html': 'html',
};

export interface ReportOptions {
	readonly format?: Format;
	readonly output?: string;
	readonly compare?: readonly string[];
}

/**
 * Before anything is read: whether a report can be made and put where it shall be.
 * @throws UsageError for a format that cannot compare, an ending that names none, and a folder
 */
export function checkReport(options: ReportOptions, io: Io): void {
	formatOf(options);
	const { output } = options;
	if (output !== undefined && isFolder(resolve(io.cwd, output))) {
		throw new UsageError(`${output}: not written: is a folder`);
	}
}

/** What cannot be looked at is told when it is written. */
function isFolder(path: string): boolean {
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}

/** The format asked for, else that of the file's name; text where neither names one. */
function formatOf({ format, output, compare }: ReportOptions): Format {
	const chosen = format ?? (output === undefined ? 'text' : formatOfName(output));
	if (compare && !COMPARING.includes(chosen)) {
		throw new UsageError(`--compare is for ${COMPARING.join(', ')}: ${chosen} holds one tree`);
	}
	return chosen;
}

function formatOfName(output: string): Format {
	const ending = extname(output);
	if (ending === '') return 'text';
	const format = BY_NAME[ending.toLowerCase()];
	if (format) return format;
	const known = Object.keys(BY_NAME).join(', ');
	throw new UsageError(`${output}: no format has the ending ${ending}: name one with --format, or use ${known}`);
}

/**
 * Prints a report, or puts it into a file in one step.
 * @param tree folder that the code of the sites is read from; undefined: the report shows none
 */
export function write(
	report: AuditReport,
	tree: string | undefined,
	comparison: Comparison | undefined,
	options: ReportOptions,
	io: Io,
): void {
	const { output } = options;
	const format = formatOf(options);
	const print = PRINTERS[format];
	const colour = output === undefined && io.stdout.colour;
	const text = print({ report, comparison, source: sourceIn(tree), colour });
	if (output === undefined) return io.stdout.write(text);
	try {
		writeAtomically(resolve(io.cwd, output), text);
	} catch (error) {
		throw new UsageError(`${output}: not written: ${reasonOf(error as NodeJS.ErrnoException)}`);
	}
	tell(io, `${resolve(io.cwd, output)} written (${format}): ${summary(report)}`);
}
