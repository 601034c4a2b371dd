/** docs/coverage.md: which faults are found in which holders, and how many of the faults put into kernel functions. */
import { CELLS, FORMS } from '../test/holders/cell.js';
import { FAULTS, type Fault } from '../test/holders/fault.js';
import { gaps } from '../test/holders/gaps.js';
import type { Holder } from '../test/holders/holder.js';
import { HOLDERS } from '../test/holders/holders.js';
import { type Figures, totals } from '../test/mutants/figures.js';
import { table } from './table.js';

/** Footnotes in the order of their first mention. */
class Notes {
	private readonly texts: string[] = [];

	/** "a" */
	of(text: string): string {
		if (!this.texts.includes(text)) this.texts.push(text);
		return String.fromCharCode(97 + this.texts.indexOf(text));
	}

	toString(): string {
		return this.texts.map((text) => `- **${this.of(text)}**: ${text}`).join('\n');
	}
}

function cell(holder: Holder, fault: Fault, missing: Notes, without: Notes): string {
	const reason = holder.without?.[fault.name];
	if (reason !== undefined) return `– ${without.of(reason).toUpperCase()}`;
	const known = gaps.filter((one) => one.holder === holder.name && one.fault === fault.name);
	const missed = known.reduce((sum, gap) => sum + gap.missed.length, 0);
	return [`${FORMS.length - missed} of ${FORMS.length}`, ...known.map(({ reason }) => missing.of(reason))].join(' ');
}

function percent(part: number, all: number): string {
	return all === 0 ? '' : `${Math.round((100 * part) / all)} %`;
}

function matrix(): string {
	const missing = new Notes();
	const without = new Notes();
	const rows = HOLDERS.map((holder) => [holder.name, ...FAULTS.map((fault) => cell(holder, fault, missing, without))]);
	const cells = CELLS.filter((one) => one.without === undefined).length;
	const missed = gaps.reduce((sum, gap) => sum + gap.missed.length, 0);
	const programs = cells * FORMS.length;
	const whole = cells - new Set(gaps.map(({ holder, fault }) => `${holder}, ${fault}`)).size;
	return `${table(['holder', ...FAULTS.map(({ name }) => name)], rows)}

${whole} of ${cells} cells are found in all forms (${percent(whole, cells)}), ${programs - missed} of ${programs} wrong programs (${percent(programs - missed, programs)}).

Not found, because

${missing}

Left out (–), because

${without.toString().replace(/\*\*(\w)\*\*/g, (_, letter: string) => `**${letter.toUpperCase()}**`)}`;
}

function mutants(figures: Figures): string {
	const row = (name: string, count: number, found: number) => [
		name,
		String(count),
		String(found),
		percent(found, count),
	];
	return `${table(
		['operator', 'faults', 'found', 'share'],
		[
			...figures.operators.map(({ name, mutants, found }) => row(name, mutants, found)),
			...totals(figures).map(([name, , count, found]) => row(`**${name}**`, count, found)),
		],
	)}

Measured on Linux ${figures.kernels}, seed ${figures.seed}.`;
}

export function coveragePage(figures: Figures): string {
	return `# Coverage

What is found, and what is not found yet. Both tables are generated (\`npm run generate\`); the first is verified by
a test, the second is measured by \`npm run bench:mutants -- --write\`.

## Holders and faults

Pages are kept in many places, and each fault can be made with each of them. A cell is ${FORMS.length} small programs with the fault and the
same ${FORMS.length} without it (\`test/holders\`): a loop over one page at a time or the call for all of them, a ladder of labels or nested
\`if\`s, static helpers or everything in one function, pins or plain references; and once an address of a page is stored for the device. No finding about pairing or lifetime
may be reported for a program without a fault. A cell says in how many of the ${FORMS.length} forms the fault is found by one of its rules:

${FAULTS.map(({ name, means, rules }) => `- **${name}**: ${means} (${rules.map((rule) => `\`${rule}\``).join(', ')})`).join('\n')}

${matrix()}

## Faults put into kernel functions

One line of a function of the kernel that takes or releases user pages is changed at a time (\`test/mutants\`), and the file
is analysed again with those beside it. The fault is found when a rule that the operator names says something it did not say
before. Functions with such a finding already are left out, and so are changes that make no difference or cannot be read: the
operators say which. Many of these functions are helpers and destructors whose other half is in another file.

${mutants(figures)}
`;
}
