/**
 * The verdicts of the audit against labels read by hand, on both kernels, with and without the table of known users.
 * Run: `npm run bench:verdicts`; `-- --unlabelled` lists the sites without a label as well.
 */
import { agreement, agrees, type Comparison, compare, decidedByTable, type Placed } from '../test/kernel/verdicts.js';
import { table } from './table.js';
import { kernelTree, LONG_TERM, TREES_HINT } from './trees.js';

const VERDICTS = ['ok', 'keep', 'convert', 'benefit', 'bug'] as const;

function percent(part: number): string {
	return `${(part * 100).toFixed(1)} %`;
}

function told(site: Placed): string {
	const decision = [site.verdict, site.target ?? site.reason].filter(Boolean).join(' ');
	const evidence = site.evidence.map(({ text }) => text).join('; ');
	return `${decision} (${site.decidedBy})${site.findings.length > 0 ? ` [${site.findings.join(', ')}]` : ''}: ${evidence}`;
}

function where(site: Placed): string {
	return `${site.path}:${site.line} ${site.function ?? ''} ${site.api}(${site.flags ?? ''})`;
}

/** One row for each verdict of the reviewers; an `alt:` verdict counts as theirs. */
function matrix({ pairs }: Comparison): string[][] {
	return VERDICTS.map((row) => [
		row,
		...VERDICTS.map((column) => {
			const cell = pairs.filter(({ label, site }) => {
				const expected = label.others.includes(site.verdict) ? site.verdict : label.verdict;
				return expected === row && site.verdict === column;
			});
			return String(cell.length);
		}),
	]);
}

for (const tree of LONG_TERM) {
	if (!kernelTree(tree)) {
		console.error(TREES_HINT);
		continue;
	}
	for (const knownUsers of [true, false]) {
		const found = await compare(tree, knownUsers);
		const { pairs, missing, unlabelled, sites } = found;
		console.log(`\n${tree}, ${knownUsers ? 'with' : 'without'} the table of known users`);
		console.log(
			`agreement ${percent(agreement(found))} of ${pairs.length + missing.length}; ${sites.length} sites, ${percent(decidedByTable(found))} decided by the table; ${missing.length} labelled sites not found, ${unlabelled.length} sites without a label`,
		);
		console.log(table(['label \\ audit', ...VERDICTS], matrix(found)));
		for (const { label, site } of pairs)
			if (!agrees(label, site))
				console.log(`${where(site)}\n  label: ${label.verdict} ${label.target}: ${label.note}\n  audit: ${told(site)}`);
		for (const label of missing) console.log(`not found: ${label.path}:${label.line} ${label.api}`);
		if (process.argv.includes('--unlabelled'))
			for (const site of unlabelled) console.log(`unlabelled: ${where(site)}\n  audit: ${told(site)}`);
	}
}
