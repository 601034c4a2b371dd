/** One thing the engine says of one file, in a form that can be compared and read by people. */
export interface Item {
	/** Corpus and path: "6.12/drivers/misc/foo.c", "record/aio-context.before.c". */
	readonly file: string;
	readonly kind: Kind;
	/** What the item is about; several items of a file may share it. Two revisions are expected to agree on it. */
	readonly key: string;
	/** JSON without offsets: ranges are "line:column-line:column", from 1. */
	readonly value: Json;
}

export const KINDS = [
	'file',
	'failure',
	'finding',
	'fix',
	'site',
	'offer',
	'whole-file',
	'partners',
	'unread',
	'bounded',
	'hover',
	'flow',
] as const;
export type Kind = (typeof KINDS)[number];

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One line of a dump. */
export function toLine({ file, kind, key, value }: Item): string {
	return JSON.stringify([file, kind, key, value]);
}

/** The item of a line that `toLine` made. */
export function fromLine(line: string): Item {
	const [file, kind, key, value] = JSON.parse(line) as [string, Kind, string, Json];
	return { file, kind, key, value };
}
