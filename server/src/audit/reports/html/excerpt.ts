import { printable } from '../../../workspace/wording.js';
import type { AuditSite } from '../../report.js';
import { whyOf } from '../words.js';

/** Lines of a file of the audited folder, by its path there; undefined where it cannot be read. */
export type Source = (path: string) => readonly string[] | undefined;

interface Line {
	/** From 1; undefined for lines left out. */
	readonly number: number | undefined;
	readonly text: string;
	/** The call itself stands here. */
	readonly isSite: boolean;
	/** What this line is evidence of. */
	readonly notes: readonly string[];
}

/** Code of one file with what it is evidence of. */
export interface Excerpt {
	readonly path: string;
	readonly lines: readonly Line[];
}

/** Lines shown around one that matters. */
const AROUND = 2;
/** Kernel code has tabs of eight columns. */
const TAB = 8;
/** Longer ones are cut: generated code has lines of megabytes. */
const LONGEST = 200;

/** The code a verdict rests on: around the call first, then around each piece of evidence, file by file. */
export function excerpts(site: AuditSite, source: Source): readonly Excerpt[] {
	const paths = [...new Set([site.path, ...site.evidence.map(({ path }) => path)])];
	return paths.flatMap((path) => {
		const lines = source(path);
		return lines ? [{ path, lines: shown(site, path, lines) }] : [];
	});
}

function shown(site: AuditSite, path: string, lines: readonly string[]): Line[] {
	const notes = new Map<number, string[]>();
	if (path === site.path) notes.set(site.line, []);
	for (const { path: where, line, text } of site.evidence) {
		// What heads the excerpt need not be said again beside the call.
		if (text === whyOf(site) && where === site.path && line === site.line) continue;
		if (where === path) notes.set(line, [...(notes.get(line) ?? []), text]);
	}
	const wanted = new Set<number>();
	for (const line of notes.keys()) {
		for (let near = line - AROUND; near <= line + AROUND; near++) {
			if (near >= 1 && near <= lines.length) wanted.add(near);
		}
	}
	const result: Line[] = [];
	let last = 0;
	for (const number of [...wanted].sort((a, b) => a - b)) {
		if (last > 0 && number > last + 1) result.push({ number: undefined, text: '', isSite: false, notes: [] });
		const text = untabbed(printable((lines[number - 1] ?? '').slice(0, 2 * LONGEST)).trimEnd());
		result.push({
			number,
			text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
			isSite: path === site.path && number === site.line,
			notes: notes.get(number) ?? [],
		});
		last = number;
	}
	return result;
}

/** With blanks, so that a line number before it moves nothing. */
function untabbed(text: string): string {
	let line = '';
	for (const character of text) line += character === '\t' ? ' '.repeat(TAB - (line.length % TAB)) : character;
	return line;
}
