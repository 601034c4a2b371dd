/** What is wrong with the pages of a conversion already, as a patch of its own that goes before it. */
import type { Finding } from '../../engine.js';
import { sentence } from '../../workspace/wording.js';
import type { FileDiff } from './diffstat.js';
import type { Patch } from './message.js';
import { listed } from './wrap.js';

/** Words for the findings of one rule, in these functions. */
interface Words {
	readonly summary: string;
	readonly text: (functions: string, takers: string, failing: readonly string[]) => string;
	/** The code does what it should: no commit is to blame. */
	readonly isCleanup?: true;
}

const WORDS: ReadonlyMap<string, Words> = new Map([
	[
		'gup-free-page',
		{
			summary: 'use put_page() instead of __free_page() for user pages',
			text: (functions, takers) =>
				`${functions} frees user pages obtained with ${takers} by __free_page(). That is for pages the driver allocated itself: it bypasses what put_page() does for user pages when it drops the last reference. Use put_page().`,
		},
	],
	[
		'dirty-unlocked',
		{
			summary: 'use set_page_dirty_lock() for user pages',
			text: (functions, takers) =>
				`${functions} calls set_page_dirty() on user pages obtained with ${takers}, without the page lock. The file may be truncated meanwhile, and the mapping of the page go away under it. Use set_page_dirty_lock().`,
		},
	],
	[
		'foll-flags-not-flags',
		{
			summary: 'use FOLL_WRITE for gup_flags',
			text: (functions, takers) =>
				`${takers} takes FOLL_* flags, but ${functions} passes a value that only works because FOLL_WRITE == 1. Use FOLL_WRITE. No functional change.`,
			isCleanup: true,
		},
	],
	[
		'gup-leak',
		{
			summary: 'fix leak of user pages on error',
			text: (functions, takers, failing) => {
				const when = failing.length === 0 ? 'On an error path,' : `When ${either(failing)} fails,`;
				return `${when} ${functions} does not release the page that ${takers} has just acquired. Nothing does later, so it is leaked. Release it there.`;
			},
		},
	],
]);

/** "a() or b()" */
function either(names: readonly string[]): string {
	return listed(names).replace(/ and (?=[^ ]*$)/, ' or ');
}

/** Findings of one rule that were fixed at once. */
export interface Repaired {
	readonly rule: string;
	readonly findings: readonly Finding[];
	/** Functions that took the pages. */
	readonly takers: readonly string[];
	/** Of leaks: calls whose failure leads to the leaking error path; empty where that is not known of each. */
	readonly failing: readonly string[];
	/** Functions that leak such pages on an error path, afterwards as before. */
	readonly leaksIn: readonly string[];
	readonly root: string;
	readonly path: string;
	readonly diffs: readonly FileDiff[];
	/** `Fixes:`, as the history tells; undefined where it does not. */
	readonly fixes: string | undefined;
}

/** There is a commit that brought it. */
export function isBug(rule: string): boolean {
	return WORDS.get(rule)?.isCleanup !== true;
}

/** The patch for what was repaired. */
export function repairPatch({ rule, findings, takers, failing, leaksIn, root, path, diffs, fixes }: Repaired): Patch {
	const functions = [...new Set(findings.flatMap((finding) => finding.function ?? []))];
	const [first = ''] = functions;
	const words = WORDS.get(rule);
	const summary = words?.summary ?? `fix handling of user pages (${rule})`;
	const text =
		words?.text(listed(functions), listed(takers), failing) ??
		findings.map(({ message }) => `${sentence(message)}.`).join(' ');
	return {
		root,
		path,
		diffs,
		general: [summary, 'fix handling of user pages'],
		named: [`${summary} in ${first}()`, `fix handling of user pages in ${first}()`, `fix user pages in ${first}()`],
		changelog: [text, 'Found and fixed by gup-lens.'],
		trailers: fixes === undefined ? [] : [fixes],
		remarks: isBug(rule)
			? [
					fixes === undefined
						? 'Note: the Fixes: tag has to be filled in; no history here tells which commit introduced this.'
						: 'Note: the Fixes: tag is what git blame says of the lines at fault; please check it.',
					...(rule !== 'gup-leak' && leaksIn.length > 0
						? [`Note: pages are leaked on an error path of ${listed(leaksIn)}, which is not fixed here.`]
						: []),
				]
			: [],
	};
}
