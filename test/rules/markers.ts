/**
 * Expectation markers: comment lines under a line of code.
 *
 *     ret = pin_user_pages_fast(addr, nr, FOLL_GET, pages);
 *     //                                  ^^^^^^^^ error[foll-get-with-pin]: FOLL_GET
 *
 * Carets stand under the first and the last column of the finding, tabs expanded to 8.
 * `// <--` stands for the whole line without its indentation (for findings that start before column 3).
 */
import type { Severity, Tag } from '../../server/src/rules/rule.js';

/** Columns of one line, 0-based, tabs expanded to 8, end exclusive. */
export interface Columns {
	readonly start: number;
	readonly end: number;
}

/**
 * `expected`: must be found. `todo`: should be found and is not yet. `todo-silent`: is found and should not be.
 * `related`: some finding of the rule must point here as well.
 */
export type MarkerKind = 'expected' | 'todo' | 'todo-silent' | 'related';

export interface Marker {
	readonly kind: MarkerKind;
	/** undefined for `related`. */
	readonly severity: Severity | undefined;
	readonly rule: string;
	readonly tags: readonly Tag[];
	/** Part of the message; "" when the marker states none. */
	readonly message: string;
	/** Line of the code it speaks of, 0-based, counted without marker lines. */
	readonly line: number;
	readonly columns: Columns;
}

export interface MarkedCode {
	/** The code without its marker lines. */
	readonly code: string;
	readonly markers: readonly Marker[];
	/** For each line of `code` its line in the marked text, 0-based. */
	readonly origin: readonly number[];
}

const TAB = 8;
const MARKER =
	/^\s*\/\/\s*(?<place>\^+|<--)\s+(?:(?<todo>todo|todo-silent)\s+)?(?<verb>[a-z]+)\[(?<what>[^\]]*)\](?::\s*(?<message>.*?))?\s*$/;
const LOOKS_LIKE_MARKER = /^\s*\/\/\s*(\^|<--|todo\b)/;
const SEVERITIES: readonly string[] = ['error', 'warning', 'information', 'hint'] satisfies Severity[];
const TAGS: readonly string[] = ['deprecated', 'unnecessary'] satisfies Tag[];

/** Column (0-based) of a UTF-16 offset within one line once tabs are expanded to 8. */
export function columnOf(line: string, offset: number): number {
	let column = 0;
	for (const char of line.slice(0, offset)) column = char === '\t' ? (Math.floor(column / TAB) + 1) * TAB : column + 1;
	return column;
}

function placeOf(place: string, markerLine: string, codeLine: string): Columns {
	if (place === '<--') {
		return {
			start: columnOf(codeLine, codeLine.length - codeLine.trimStart().length),
			end: columnOf(codeLine, codeLine.trimEnd().length),
		};
	}
	const at = markerLine.indexOf('^');
	return { start: columnOf(markerLine, at), end: columnOf(markerLine, at + place.length) };
}

function readMarker(text: string, codeLine: string, line: number): Marker {
	const groups = MARKER.exec(text)?.groups;
	if (groups === undefined) throw new Error(`not a marker: ${text.trim()}`);
	const [rule = '', ...tags] = (groups.what ?? '').split(',').map((word) => word.trim());
	const verb = groups.verb ?? '';
	const related = verb === 'related';
	if (!related && !SEVERITIES.includes(verb)) throw new Error(`unknown severity: ${text.trim()}`);
	const unknownTag = tags.find((tag) => !TAGS.includes(tag));
	if (unknownTag !== undefined) throw new Error(`unknown tag ${unknownTag}: ${text.trim()}`);
	return {
		kind: related ? 'related' : ((groups.todo as MarkerKind | undefined) ?? 'expected'),
		severity: related ? undefined : (verb as Severity),
		rule,
		tags: tags as Tag[],
		message: groups.message ?? '',
		line,
		columns: placeOf(groups.place ?? '', text, codeLine),
	};
}

/** Takes the marker lines out of `text`. Throws on a line that looks like a marker and is none. */
export function readMarkers(text: string): MarkedCode {
	const code: string[] = [];
	const origin: number[] = [];
	const markers: Marker[] = [];
	for (const [index, line] of text.split('\n').entries()) {
		if (!LOOKS_LIKE_MARKER.test(line)) {
			code.push(line);
			origin.push(index);
			continue;
		}
		if (code.length === 0) throw new Error(`a marker above all code: ${line.trim()}`);
		markers.push(readMarker(line, code.at(-1) ?? '', code.length - 1));
	}
	return { code: code.join('\n'), markers, origin };
}
