/**
 * Upstream's conversions, the other way round: every pin of a kernel is taken back to a plain reference, with its releases, and
 * then judged and converted again. Where a conversion is made, each function should give back pins where upstream does.
 * Run: `npm run reverse [-- 6.1]`; default: both trees that `npm run trees` unpacks.
 */
import { reversed } from '../test/kernel/reverse.js';
import { table } from './table.js';
import { kernelTree, LONG_TERM, TREES_HINT, type TreeName } from './trees.js';

const [chosen] = process.argv.slice(2);
for (const tree of LONG_TERM) {
	if (chosen !== undefined && chosen !== tree) continue;
	if (kernelTree(tree)) await report(tree);
	else console.error(TREES_HINT);
}

async function report(tree: TreeName): Promise<void> {
	const files = await reversed(tree);
	const rows = files.map(({ path, sites, made, refused, functions }) => [
		path,
		[...new Set(sites.map(({ verdict, reason }) => (reason ? `${verdict} ${reason}` : verdict)))].join(', '),
		`${made.length} of ${made.length + refused}`,
		functions
			.filter(({ now, upstream }) => now !== upstream)
			.map(({ name, now, upstream }) => `${name}: ${now}, upstream ${upstream}`)
			.join('; '),
	]);
	const sites = files.flatMap((file) => file.sites);
	const made = files.flatMap((file) => file.made);
	const functions = files.flatMap((file) => file.functions);
	console.log(`
## ${tree}

${table(['file', 'verdict', 'converted', 'differences'], rows)}

${sites.filter(({ verdict }) => verdict === 'convert').length} of ${sites.length} calls that pin upstream are found to convert
${made.length} conversions are made, ${files.reduce((sum, { refused }) => sum + refused, 0)} refused
${functions.filter(({ now, upstream }) => now === upstream).length} of ${functions.length} functions that change take and give back as upstream
${made.filter(({ longterm, upstream }) => longterm === upstream).length} of ${made.length} conversions have FOLL_LONGTERM where upstream's file has it, and only there`);
}
