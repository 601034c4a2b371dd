/** What two dumps disagree about. */
import { type Item, type Json, KINDS, type Kind } from './item.js';

/** An item that only one dump has, or one with another value in each. */
export interface Difference {
	readonly file: string;
	readonly kind: Kind;
	readonly key: string;
	/** undefined: not there. */
	readonly before: Json | undefined;
	readonly after: Json | undefined;
}

interface Pair {
	readonly before: Item[];
	readonly after: Item[];
}

/**
 * Differences between the items of two revisions, by file, then kind, then key.
 * Items that are equal pair first; what is left under one key pairs in the order of the text, so that one more finding
 * is one difference, not one for each that comes after it.
 */
export function differences(before: readonly Item[], after: readonly Item[]): Difference[] {
	const pairs = new Map<string, Pair>();
	const pairOf = ({ file, kind, key }: Item): Pair => {
		const name = JSON.stringify([file, KINDS.indexOf(kind), key]);
		let pair = pairs.get(name);
		if (!pair) {
			pair = { before: [], after: [] };
			pairs.set(name, pair);
		}
		return pair;
	};
	for (const item of before) pairOf(item).before.push(item);
	for (const item of after) pairOf(item).after.push(item);
	return [...pairs.values()].flatMap(differing).sort(byPlace);
}

function differing(pair: Pair): Difference[] {
	const equal = new Map<string, number>();
	for (const { value } of pair.before) add(equal, JSON.stringify(value), 1);
	const after = pair.after.filter(({ value }) => !take(equal, JSON.stringify(value)));
	const before = pair.before.filter(({ value }) => take(equal, JSON.stringify(value)));
	return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => {
		const { file, kind, key } = (before[i] ?? after[i]) as Item;
		return { file, kind, key, before: before[i]?.value, after: after[i]?.value };
	});
}

function add(counts: Map<string, number>, key: string, by: number): void {
	counts.set(key, (counts.get(key) ?? 0) + by);
}

function take(counts: Map<string, number>, key: string): boolean {
	const left = counts.get(key) ?? 0;
	if (left > 0) counts.set(key, left - 1);
	return left > 0;
}

function byPlace(a: Difference, b: Difference): number {
	return compare(a.file, b.file) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
