/** What becomes of each site of a real tree whose verdict is to convert. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelTree, type TreeName, treeVersion } from '../../scripts/trees.js';
import type { Conversion, Draft, Offer } from '../../server/src/engine.js';
import { applyEdits } from '../../server/src/rules/apply.js';
import { ExternalUsers } from '../../server/src/workspace/external-users.js';
import { corpus, engine } from './corpus.js';

export interface Outcome {
	readonly path: string;
	/** "function api", for each site. */
	readonly sites: readonly string[];
	readonly offer: Offer;
	/** What is recommended; undefined where it is refused. */
	readonly conversion: Conversion | undefined;
	readonly reason: string | undefined;
	/** What can be made of it where it is refused, once a person has decided. */
	readonly draft: Draft | undefined;
	/** Former and new text of each file that the conversion or draft changes, by path. */
	readonly texts: ReadonlyMap<string, { readonly before: string; readonly after: string }>;
	/** Time to work the conversion out, in ms. */
	readonly time: number;
}

const outcomes = new Map<TreeName, Promise<readonly Outcome[]>>();

/** Each site of a tree, those that only change together as one; worked out once. */
export function conversionsOf(tree: TreeName): Promise<readonly Outcome[]> {
	const known = outcomes.get(tree) ?? work(tree);
	outcomes.set(tree, known);
	return known;
}

async function work(tree: TreeName): Promise<Outcome[]> {
	const { root, files, kernel } = await corpus(tree);
	const strangers = new ExternalUsers();
	const found: Outcome[] = [];
	for (const { path, text, neighbours } of files) {
		const options = { path, kernel, neighbours, fixes: false };
		const started = performance.now();
		const file = engine.open();
		const offers = file.offers(text, options);
		const time = (performance.now() - started) / Math.max(1, offers.length);
		const drafts = file.drafts(text, options);
		const { sites } = offers.length > 0 ? file.audit(text, options) : { sites: [] };
		for (const offer of offers) {
			let [conversion] = offer.conversions;
			let reason = offer.refusal?.reason;
			if (conversion) {
				const others = await strangers.to(conversion.assumptions, root, (at) => at.slice(root.length + 1));
				const [objection] = file.objections(
					text,
					options,
					conversion.assumptions,
					others.filter((other) => other.path !== path),
				);
				if (objection) {
					reason = `${objection.name}() of ${objection.path} ${objection.why}`;
					conversion = undefined;
				}
			}
			const [first] = offer.sites;
			const draft = drafts.find((one) => one.offer.sites.some(({ start }) => start === first?.start));
			const made = conversion ?? draft?.conversion;
			found.push({
				path,
				sites: offer.sites.map(({ start }) => {
					const site = sites.find((one) => one.start === start);
					return `${site?.function} ${site?.api}`;
				}),
				offer,
				conversion,
				reason,
				draft,
				texts: made ? changed(made, path, text, neighbours) : new Map(),
				time,
			});
		}
		file.dispose();
	}
	return found;
}

function changed(
	{ edits }: Conversion,
	own: string,
	text: string,
	neighbours: readonly { readonly path: string; readonly text: string }[],
): Outcome['texts'] {
	return new Map(
		[...new Set(edits.map((edit) => edit.path))].map((path) => {
			const before = path === undefined ? text : (neighbours.find((other) => other.path === path)?.text ?? '');
			const mine = edits.filter((edit) => edit.path === path);
			return [path ?? own, { before, after: applyEdits(before, mine) }];
		}),
	);
}

/** "converted: pin_user_pages_fast() with FOLL_LONGTERM", "refused: ...", "draft with 2 decisions; refused: ...". */
export function told({ conversion, reason, draft }: Outcome): string {
	if (conversion) return `converted: ${conversion.title.replace(/^Convert to /, '')}`;
	if (!draft) return `refused: ${reason}`;
	const { length } = draft.decisions;
	return `draft with ${length} ${length === 1 ? 'decision' : 'decisions'}; refused: ${reason}`;
}

/** Row of the table for an outcome. */
export function row(outcome: Outcome): string {
	return `| \`${outcome.path}\` | ${[...new Set(outcome.sites)].join(', ')} | ${told(outcome).replaceAll('|', '\\|')} |`;
}

/** The section of the page that a tree belongs to: of the newest one, that of its version. */
export function sectionOf(tree: TreeName): string {
	const root = kernelTree(tree);
	return tree === 'newest' && root ? treeVersion(root) : tree;
}

/** Rows of the page for a tree; undefined for a newest kernel that nobody has looked through. */
export function rowsOf(tree: TreeName): string[] | undefined {
	const page = readFileSync(join(import.meta.dirname, 'conversions.md'), 'utf8');
	const part = page.split(/^## /m).find((section) => section.startsWith(`${sectionOf(tree)}\n`));
	return part?.split('\n').filter((line) => line.startsWith('| `'));
}
