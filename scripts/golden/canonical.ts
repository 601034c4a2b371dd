/** Data of the engine -> JSON that does not depend on offsets or on the order of keys. */
import type { Json } from './item.js';

/** Offsets (UTF-16) of one text -> "line:column", both from 1. */
export class Positions {
	private readonly starts: readonly number[];

	constructor(text: string) {
		const starts = [0];
		for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
		this.starts = starts;
	}

	at(offset: number): string {
		let low = 0;
		let high = this.starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.starts[middle] ?? 0) <= offset) low = middle;
			else high = middle - 1;
		}
		return `${low + 1}:${offset - (this.starts[low] ?? 0) + 1}`;
	}

	range(start: number, end: number): string {
		return `${this.at(start)}-${this.at(end)}`;
	}
}

interface Located {
	readonly start: number;
	readonly end: number;
	/** Where the range is one of another file. */
	readonly place?: { readonly path: string; readonly line: number; readonly column: number };
}

function isLocated(value: object): value is Located {
	return typeof (value as Located).start === 'number' && typeof (value as Located).end === 'number';
}

/**
 * Plain data with its ranges as text: `start`, `end` and `place` of an object become one `at`.
 * @param positions of the text the ranges are in
 */
export function canonical(value: unknown, positions: Positions): Json {
	if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
	if (value === undefined || typeof value === 'function') return null;
	if (Array.isArray(value)) return value.map((item) => canonical(item, positions));
	if (value instanceof Set) return [...value].map((item) => canonical(item, positions));
	if (value instanceof Map) return [...value].map((item) => canonical(item, positions));
	const entries: [string, Json][] = [];
	const object = value as Readonly<Record<string, unknown>>;
	if (isLocated(object)) entries.push(['at', place(object, positions)]);
	for (const key of Object.keys(object).sort()) {
		if (isLocated(object) && (key === 'start' || key === 'end' || key === 'place')) continue;
		if (object[key] !== undefined) entries.push([key, canonical(object[key], positions)]);
	}
	return Object.fromEntries(entries);
}

function place({ start, end, place }: Located, positions: Positions): string {
	return place ? `${place.path}:${place.line}:${place.column}` : positions.range(start, end);
}
