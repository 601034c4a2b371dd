import type { RuleMeta } from '../rules/rule.js';
import { engine } from './engine.js';
import type { Io } from './io.js';

const COLUMNS: readonly (readonly [title: string, cell: (rule: RuleMeta) => string])[] = [
	['RULE', (rule) => rule.id],
	['SEVERITY', (rule) => rule.severity],
	['SINCE', (rule) => rule.since ?? ''],
	['FIX', (rule) => (rule.fix === 'none' ? '' : rule.fix)],
	['WHAT', (rule) => rule.title],
];

/** A table of all rules. */
export async function rules(io: Io): Promise<number> {
	const loaded = await engine();
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
