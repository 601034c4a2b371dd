/** How many mutants are found, by operator: what is measured and kept. */
import { FAMILIES } from './operator.js';

/** One operator. */
export interface Row {
	readonly name: string;
	readonly family: string;
	readonly mutants: number;
	readonly found: number;
}

/** As kept in figures.json. */
export interface Figures {
	readonly seed: number;
	/** "6.12.117 and 6.1.192" */
	readonly kernels: string;
	readonly operators: readonly Row[];
}

/** Rows for each family, and for all: name, nothing, mutants, found. */
export function totals({ operators }: Figures): (readonly [string, string, number, number])[] {
	const sum = (rows: readonly Row[], of: 'mutants' | 'found') => rows.reduce((all, row) => all + row[of], 0);
	const total = (name: string, rows: readonly Row[]) => [name, '', sum(rows, 'mutants'), sum(rows, 'found')] as const;
	const families = FAMILIES.map((family) =>
		total(
			`all of ${family}`,
			operators.filter((row) => row.family === family),
		),
	);
	return [...families.filter(([, , mutants]) => mutants > 0), total('all', operators)];
}
