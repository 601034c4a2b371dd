import type { Severity } from '../../rules/rule.js';
import { printedJson } from '../../workspace/wording.js';
import type { Report } from '../report.js';
import { terseLines } from './terse.js';
import { summary } from './text.js';

type Status = 'pass' | 'warn' | 'fail';

const STATUS: Readonly<Record<Severity, Status>> = {
	error: 'fail',
	warning: 'warn',
	information: 'pass',
	hint: 'pass',
};

/** What `b4 review` takes from a check: one result, worst status first; its details are JSON in a string, as b4 keeps them. */
export function b4(report: Report): string {
	const lines = report.reports.flatMap(terseLines);
	const statuses = new Set(lines.map(({ severity }) => STATUS[severity]));
	const status: Status = !report.complete || statuses.has('fail') ? 'fail' : statuses.has('warn') ? 'warn' : 'pass';
	const told = lines.map(({ severity, line }) => ({ status: STATUS[severity], description: line }));
	const skipped = report.skipped.map(({ shown, reason }) => ({
		status: 'pass',
		description: `${shown}: skipped: ${reason}`,
	}));
	const details = [...told, ...skipped];
	return printedJson([
		{
			tool: report.tool.name,
			status,
			summary: summary(report).trimEnd(),
			url: '',
			details: details.length > 0 ? JSON.stringify(details) : '',
		},
	]);
}
