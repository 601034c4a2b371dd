import { CONVERTING } from '../engine.js';
import type { RuleMeta } from '../rules/rule.js';
import { tool } from '../version.js';
import { printedJson } from '../workspace/wording.js';
import { engine } from './engine.js';
import type { Io } from './io.js';

const COLUMNS: readonly (readonly [title: string, cell: (rule: RuleMeta) => string])[] = [
	['RULE', (rule) => rule.id],
	['SEVERITY', (rule) => rule.severity],
	['SINCE', (rule) => rule.since ?? ''],
	['FIX', (rule) => (rule.fix === 'none' ? '' : rule.fix)],
	['WHAT', (rule) => rule.title],
];

export type RulesFormat = 'text' | 'json';

/** All rules: a table, or data. */
export async function rules(format: RulesFormat, io: Io): Promise<number> {
	const loaded = await engine();
	if (format === 'json') {
		const told = loaded.rules.map(({ id, severity, title, since, fix }) => ({
			id,
			severity,
			title,
			since: since ?? null,
			fix,
			converts: CONVERTING.has(id),
		}));
		io.stdout.write(printedJson({ tool, rules: told }));
		return 0;
	}
	const rows = [COLUMNS.map(([title]) => title), ...loaded.rules.map((rule) => COLUMNS.map(([, cell]) => cell(rule)))];
	const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
	for (const row of rows) {
		io.stdout.write(
			`${row
				.map((cell, column) => cell.padEnd(widths[column] ?? 0))
				.join('  ')
				.trimEnd()}\n`,
		);
	}
	return 0;
}
