/** Puts right what is wrong with the pages of a conversion before it is made, as a patch of its own. */
import type { Conversion, Finding, Offer } from '../engine.js';
import { fromFolder } from '../workspace/collect.js';
import { Lines } from '../workspace/lines.js';
import type { SourceText } from '../workspace/text.js';
import type { Examined } from './file-analyzer.js';
import { changedLines, fixesTag, formerLine } from './mail/blame.js';
import type { Patch } from './mail/message.js';
import { isBug, repairPatch } from './mail/repair.js';
import { unified } from './patch.js';
import { leakRepairOf, type Reanalysed, type Repair, repairOf } from './repairs.js';

/** A site of a file, and how to ask of the file again. */
export interface Task {
	readonly offer: Offer;
	/** What is to be made of it; undefined where that is refused. */
	readonly conversion: Conversion | undefined;
	/** Present text of the file. */
	readonly text: string;
	/** As it is on the disk. */
	readonly source: SourceText;
	/** Absolute. */
	readonly file: string;
	/** Folder the diffs apply in. */
	readonly root: string;
	readonly analyse: Examined['analyse'];
	/** Analyses a text in place of the file's; the offer is that of the same site. */
	readonly again: (text: string) => Promise<Reanalysed>;
}

/** What was put right. */
export interface Mended {
	readonly text: string;
	readonly findings: readonly Finding[];
	readonly patch: Patch;
}

/** @returns undefined where nothing is to be put right, or the site could not be converted then */
export async function mend(task: Task): Promise<Mended | undefined> {
	const { text, offer, conversion, source, file, root, again } = task;
	const repair = repairOf(text, offer, conversion, task.analyse) ?? (await leakRepairOf(text, offer, again));
	if (!repair || ((await again(repair.text)).offer?.conversions ?? []).length === 0) return undefined;
	const path = fromFolder(root, file);
	const { rule, findings, failing = [] } = repair;
	const takers = [...new Set(offer.sites.map(({ start, end }) => text.slice(start, end)))];
	const fixes = isBug(rule) ? await blamed(repair, task, path) : undefined;
	const leaksIn = conversion?.account.leaksIn ?? [];
	const diffs = [{ path, diff: unified(path, text, repair.text, source) }];
	return {
		text: repair.text,
		findings,
		patch: repairPatch({ rule, findings, takers, failing, leaksIn, root, path, diffs, fixes }),
	};
}

/** The commit that brought what was wrong; undefined where it cannot be known. */
async function blamed(
	{ rule, findings, text: after }: Repair,
	{ text, source, root }: Task,
	path: string,
): Promise<string | undefined> {
	const lines = new Lines(text);
	const lineOf = ({ start }: { readonly start: number }): number => lines.position(start).line;
	const related = findings.flatMap((finding) => finding.related.filter(({ place }) => !place));
	// the steps of a path are not at fault: what is, lacks at its end
	const last = rule === 'gup-leak' ? changedLines(text, after) : related.map(lineOf);
	const atFault = [...findings.map(lineOf), ...last].map((line) => formerLine(source.text, text, line));
	return atFault.includes(undefined) ? undefined : fixesTag(root, path, atFault as number[]);
}
