import { extname, resolve } from 'node:path';
import type { Comparison } from '../audit/compare.js';
import type { AuditReport } from '../audit/report.js';
import { auditCsv } from '../audit/reports/csv.js';
import type { Source } from '../audit/reports/html/excerpt.js';
import { auditHtml } from '../audit/reports/html/page.js';
import { auditJson } from '../audit/reports/json.js';
import { auditMarkdown } from '../audit/reports/markdown.js';
import { auditText } from '../audit/reports/text.js';
import { summary } from '../audit/reports/words.js';
import { type Destination, destination, put } from '../workspace/output.js';
import { Refusal } from '../workspace/replace.js';
import { auditSarif } from './formats/auditSarif.js';
import { type Io, UsageError } from './io.js';
import { tell } from './stderr.js';

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
	json: ({ report, comparison }) => auditJson(report, comparison),
	sarif: ({ report }) => auditSarif(report),
	html: ({ report, source, comparison }) => auditHtml(report, source, comparison),
} satisfies Record<string, (content: Content) => string>;

type Format = keyof typeof PRINTERS;
export const AUDIT_FORMATS = Object.keys(PRINTERS) as Format[];

const COMPARING: readonly Format[] = ['text', 'markdown', 'html', 'json'];
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

/** In place of a file: the standard output. */
const STDOUT = '-';

/**
 * Before anything is read: whether a report can be made and put where it shall be.
 * @throws UsageError for a format that cannot compare, an ending that names none, and a place where nothing can be written
 */
export function checkReport(options: ReportOptions, io: Io): void {
	formatOf(options);
	destinationOf(options, io);
}

/** @returns undefined for the standard output */
function destinationOf({ output }: ReportOptions, { cwd }: Io): Destination | undefined {
	if (output === undefined || output === STDOUT) return undefined;
	if (output === '') throw new UsageError('-o: give the name of a file');
	try {
		return destination(output, cwd);
	} catch (error) {
		throw notWritten(output, error);
	}
}

function notWritten(output: string, error: unknown): unknown {
	return error instanceof Refusal ? new UsageError(`${output}: ${error.message}`) : error;
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

/** The report shows code. */
export function showsCode(options: ReportOptions): boolean {
	return formatOf(options) === 'html';
}

/**
 * Prints a report, or puts it into a file in one step.
 * @param source that the code of the sites is read from
 */
export async function write(
	report: AuditReport,
	source: Source,
	comparison: Comparison | undefined,
	options: ReportOptions,
	io: Io,
): Promise<void> {
	const format = formatOf(options);
	const print = PRINTERS[format];
	const to = destinationOf(options, io);
	const text = print({ report, comparison, source, colour: !to && io.stdout.colour });
	if (!to) return io.stdout.write(text);
	if (to.kind === 'descriptor') return (to.number === 1 ? io.stdout : io.stderr).write(text);
	const { output = '' } = options;
	try {
		const whole = await put(to, text);
		// A reader that goes away ends the output, not the command.
		if (whole) tell(io, `${resolve(io.cwd, output)} written (${format}): ${summary(report)}`);
	} catch (error) {
		throw notWritten(output, error);
	}
}
