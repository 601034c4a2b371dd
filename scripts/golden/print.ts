/** Differences as text for people. */
import { table } from '../table.js';
import type { Difference } from './differ.js';
import { type Json, KINDS } from './item.js';

/** One difference: the file and what it is about, then each part of it that differs, with its value before and after. */
export function printed({ file, kind, key, before, after }: Difference): string {
	const head = `${file}: ${kind} ${key}`;
	if (before === undefined) return `${head}: new\n${indented('+', parts(after))}`;
	if (after === undefined) return `${head}: gone\n${indented('-', parts(before))}`;
	return `${head}: changed\n${changed(before, after)}`;
}

/** How many items of each kind are gone, new and changed. */
export function counted(found: readonly Difference[]): string {
	const rows = KINDS.flatMap((kind) => {
		const of = found.filter((difference) => difference.kind === kind);
		if (of.length === 0) return [];
		const gone = of.filter(({ after }) => after === undefined).length;
		const fresh = of.filter(({ before }) => before === undefined).length;
		return [[kind, gone, fresh, of.length - gone - fresh].map(String)];
	});
	return table(['kind', 'gone', 'new', 'changed'], rows);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function changed(before: Json, after: Json): string {
	if (!isObject(before) || !isObject(after)) return lines(before, after);
	const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
	return keys
		.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
		.map((key) => `    ${key}:\n${lines(before[key] ?? null, after[key] ?? null)}`)
		.join('');
}

/** The elements of a list that only one of them has, or both values. */
function lines(before: Json, after: Json): string {
	const [old, now] = [parts(before), parts(after)];
	const left = subtract(old, now);
	const added = subtract(now, old);
	// the same in another order
	if (left.length === 0 && added.length === 0) return indented('-', old) + indented('+', now);
	return indented('-', left) + indented('+', added);
}

function parts(value: Json | undefined): string[] {
	if (Array.isArray(value)) return value.map(shown);
	if (typeof value === 'string') return value.split('\n');
	if (value !== undefined && isObject(value))
		return Object.entries(value).flatMap(([key, part]) =>
			Array.isArray(part) && part.length > 0 ? part.map((one) => `${key}: ${shown(one)}`) : [`${key}: ${shown(part)}`],
		);
	return [shown(value ?? null)];
}

function shown(value: Json): string {
	return typeof value === 'string' ? value : JSON.stringify(value);
}

function subtract(from: readonly string[], what: readonly string[]): string[] {
	const left = [...what];
	return from.filter((line) => {
		const at = left.indexOf(line);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
}

function indented(sign: string, all: readonly string[]): string {
	return all.map((line) => `      ${sign} ${line}\n`).join('');
}
