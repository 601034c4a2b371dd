/** Upstream's conversions, the other way round: every pin of a kernel is taken back to a plain reference, and converted again. */
import type { TreeName } from '../../scripts/trees.js';
import type { Neighbour, Site } from '../../server/src/engine.js';
import type { Kernel } from '../../server/src/kernel/types.js';
import { applyEdits } from '../../server/src/rules/apply.js';
import { corpus, engine, type KernelFile } from './corpus.js';

/** What is counted in a function: calls that take and that give back, pins and references apart. */
const COUNTED = {
	pins: /^pin_user_pages/,
	references: /^get_user_pages/,
	unpins: /^unpin_user_/,
	puts: /^(?:put_page|release_pages|folio_put)$/,
} as const;

type Counts = Record<keyof typeof COUNTED, number>;

/** A file whose pins were taken back. */
export interface Reversed {
	readonly path: string;
	/** The calls that pin upstream. */
	readonly sites: readonly Site[];
	/** For each conversion that is made: FOLL_LONGTERM is among its flags; that of upstream's file. */
	readonly made: readonly { readonly longterm: boolean; readonly upstream: boolean }[];
	readonly refused: number;
	/** Functions that the conversions change, also of other files. */
	readonly functions: readonly Changed[];
}

/** The calls of a function, in words: "1 pins, 2 unpins". */
export interface Changed {
	readonly name: string;
	readonly now: string;
	readonly upstream: string;
}

/** Files outside of the memory management that pin, in the order of the tree. */
export async function reversed(tree: TreeName): Promise<readonly Reversed[]> {
	const { files, kernel } = await corpus(tree);
	const taken = new Map<Neighbour, Neighbour>();
	// the same object each time: what is learned of a neighbour is kept with it
	const back = (one: Neighbour): Neighbour => {
		const known = taken.get(one) ?? { ...one, text: backward(one.text) };
		taken.set(one, known);
		return known;
	};
	return files.flatMap((file) =>
		/^(?:mm|lib|include|tools)\//.test(file.path) ? [] : (convert(file, kernel, back) ?? []),
	);
}

function convert(
	{ path, text, neighbours }: KernelFile,
	kernel: Kernel,
	back: (one: Neighbour) => Neighbour,
): Reversed | undefined {
	const pinned = new Set([...functionsOf(text, kernel)].flatMap(([name, { pins }]) => (pins > 0 ? name : [])));
	if (pinned.size === 0) return undefined;
	const before = backward(text);
	const options = { path, kernel, neighbours: neighbours.map(back), fixes: false };
	const file = engine.open();
	const sites = file
		.audit(before, options)
		.sites.filter((site) => pinned.has(site.function ?? '') && site.api.startsWith('get_user_pages'));
	const offers = file
		.offers(before, options)
		.filter((offer) => offer.sites.some(({ start }) => sites.some((site) => site.start === start)));
	const change = file.wholeFile(before, options) ?? offers.flatMap(({ conversions }) => conversions[0] ?? [])[0];
	file.dispose();
	const made = offers.flatMap(({ conversions }) => conversions[0] ?? []);
	const upstream = /\bFOLL_LONGTERM\b/.test(text);
	return {
		path,
		sites,
		made: made.map(({ longterm }) => ({ longterm, upstream })),
		refused: offers.length - made.length,
		functions: [{ path, text }, ...neighbours].flatMap((one) => {
			const edits = (change?.edits ?? []).filter((edit) => (edit.path ?? path) === one.path);
			return edits.length === 0 ? [] : changed(one.text, back(one).text, applyEdits(back(one).text, edits), kernel);
		}),
	};
}

/** Functions that pin or unpin upstream and that changed on the way from `before` to `after`. */
function changed(original: string, before: string, after: string, kernel: Kernel): Changed[] {
	const upstream = functionsOf(original, kernel);
	const then = functionsOf(before, kernel);
	return [...functionsOf(after, kernel)].flatMap(([name, counts]) => {
		const wanted = upstream.get(name);
		if (!wanted || wanted.pins + wanted.unpins === 0 || told(counts) === told(then.get(name))) return [];
		return { name, now: told(counts), upstream: told(wanted) };
	});
}

/** The text with plain references for pins. */
function backward(text: string): string {
	const flagless = text
		.replace(/\s*\|\s*FOLL_LONGTERM\b|\bFOLL_LONGTERM\s*\|\s*/g, '')
		.replace(/\bFOLL_LONGTERM\b/g, '0')
		.replace(/\bpin_user_pages(\w*)\(/g, 'get_user_pages$1(')
		.replace(/\bunpin_user_page\(/g, 'put_page(');
	return flagless.replace(
		/\bunpin_user_pages(_dirty_lock)?\(((?:[^();]|\((?:[^();]|\([^();]*\))*\))*)\);/g,
		(call, dirties: string | undefined, list: string) => {
			const [pages, count, dirty] = argumentsIn(list);
			if (pages === undefined || count === undefined) return call;
			const mark =
				dirties === undefined ? '' : `${dirty === 'true' ? '' : `if (${dirty}) `}set_page_dirty_lock(${pages}[_i]); `;
			return `{ for (unsigned long _i = 0; _i < ${count}; _i++) { ${mark}put_page(${pages}[_i]); } }`;
		},
	);
}

function argumentsIn(list: string): string[] {
	const found: string[] = [''];
	let depth = 0;
	for (const char of list) {
		if (char === '(' || char === '[') depth++;
		if (char === ')' || char === ']') depth--;
		if (char === ',' && depth === 0) found.push('');
		else found[found.length - 1] += char;
	}
	return found.map((one) => one.trim().replace(/\s+/g, ' '));
}

/** By name, those that name the family. */
function functionsOf(text: string, kernel: Kernel): ReadonlyMap<string, Counts> {
	return new Map(
		engine.read(text, kernel).functions.map(({ name, calls }) => {
			const count = (kind: keyof Counts) => calls.filter((call) => COUNTED[kind].test(call.name)).length;
			return [
				name,
				{ pins: count('pins'), references: count('references'), unpins: count('unpins'), puts: count('puts') },
			];
		}),
	);
}

/** "1 pins, 2 unpins" */
function told(counts: Counts | undefined): string {
	return Object.entries(counts ?? {})
		.filter(([, count]) => count > 0)
		.map(([kind, count]) => `${count} ${kind}`)
		.join(', ');
}
