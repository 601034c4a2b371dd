import type { Located, PathsReport, Place } from '../../engine.js';
import { relocated } from '../../explain/index.js';
import { Lines, type Position } from '../../workspace/lines.js';
import { printedJson } from '../../workspace/wording.js';

/** Lines and columns from 1, columns in UTF-16 units, `end` exclusive. */
interface Shown {
	readonly path: string;
	readonly start: Position;
	readonly end: Position;
}

interface Asked {
	/** As the user typed it. */
	readonly path: string;
	readonly text: string;
	/** From 1. */
	readonly line: number;
}

/**
 * The paths of pages for programs: the form that `gup-lens/paths` of the language server has, with other names for places.
 * @param pathOf path of another file relative to the working directory
 */
export function pathsJson(report: PathsReport, asked: Asked, pathOf: (path: string) => string): string {
	const lines = new Lines(asked.text);
	const position = ({ line, column }: Omit<Place, 'path'>): Position => ({ line, column });
	const to = ({ start, end, place, until }: Located): Shown =>
		place
			? { path: pathOf(place.path), start: position(place), end: position(until ?? place) }
			: { path: asked.path, start: lines.position(start), end: lines.position(end) };
	const { function: inside = null, onLine, nothing = null } = report;
	const pages = report.pages.map((one) => relocated(one, to));
	return printedJson({ path: asked.path, line: asked.line, function: inside, onLine, pages, nothing });
}
