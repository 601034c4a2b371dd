/** FOLL_* flags where a gup_flags value is being written. */
import { failedChecks } from '../kernel/checks.js';
import type { Api, Flag, Kernel } from '../kernel/types.js';
import type { Range } from '../syntax/ir.js';
import { isName, isPunct, Token, type Tokens, tokenText } from '../syntax/tokens.js';
import {
	type Around,
	around,
	calledApi,
	callsAround,
	enclosingFunction,
	isDeclared,
	isMember,
	type Macros,
	nameAt,
	rangeOf,
} from './code.js';
import { flagMarkdown } from './markdown.js';

interface FlagCompletion {
	readonly name: string;
	/** One sentence. */
	readonly detail: string;
	readonly markdown: string;
	/** Sorts the flags: common ones first. */
	readonly sortText: string;
}

interface Completions {
	/** What an accepted item replaces: UTF-16 offsets, empty at a cursor that touches no name. */
	readonly range: Range;
	readonly items: readonly FlagCompletion[];
}

/** Where a flag value is being written: for which call, and with which flags beside it. */
interface Slot {
	/** The call that gets the value; undefined when it is a variable that no call here gets. */
	readonly api: Api | undefined;
	readonly beside: ReadonlySet<string>;
	/** The call's `locked` argument is NULL, or there is none. */
	readonly unlocked: boolean;
}

/** Tokens of the argument that starts at `from`, up to its comma or the call's end. */
function argumentEnd(tokens: Tokens, from: number): number {
	let depth = 0;
	for (let i = from; i < tokens.count; i++) {
		if (tokens.kinds[i] !== Token.Punct) continue;
		const char = tokenText(tokens, i);
		if ('([{'.includes(char)) depth++;
		else if (')]}'.includes(char)) {
			if (depth-- === 0) return i;
		} else if ((char === ',' && depth === 0) || char === ';') return i;
	}
	return tokens.count;
}

function flagsBetween(tokens: Tokens, from: number, to: number, kernel: Kernel, except: number): Set<string> {
	const names = new Set<string>();
	for (let i = from; i < to; i++) {
		if (i !== except && isName(tokens, i) && kernel.flag(tokenText(tokens, i))) names.add(tokenText(tokens, i));
	}
	return names;
}

/** Index of the first token of argument `index` of the call that opens at `open`; -1 when it is not written. */
function argumentStart(tokens: Tokens, open: number, index: number): number {
	let from = open + 1;
	for (let i = 0; i < index; i++) {
		const end = argumentEnd(tokens, from);
		if (!isPunct(tokens, end, ',')) return -1;
		from = end + 1;
	}
	return from;
}

function isUnlocked(tokens: Tokens, open: number, api: Api): boolean {
	const index = api.index('locked');
	const from = index < 0 ? -1 : argumentStart(tokens, open, index);
	return from < 0 || tokenText(tokens, from) === 'NULL';
}

function inArgument(
	{ tokens, last }: Around,
	cursor: number,
	kernel: Kernel,
	macros: Macros | undefined,
): Slot | undefined {
	for (const call of callsAround(tokens, cursor < 0 ? last : cursor - 1)) {
		const api = calledApi(tokens, call.at, kernel, macros);
		// A call inside the argument has flags of its own, if any.
		if (!api?.signature) return undefined;
		if (api.signature.params[call.argument]?.role !== 'flags') return undefined;
		const beside = flagsBetween(tokens, call.from, argumentEnd(tokens, call.from), kernel, cursor);
		return { api, beside, unlocked: isUnlocked(tokens, call.open, api) };
	}
	return undefined;
}

/** A call of the function that gets the variable as its flags. */
function callWith(
	tokens: Tokens,
	variable: string,
	from: number,
	to: number,
	kernel: Kernel,
): { api: Api; open: number } | undefined {
	for (let i = 0; i < tokens.count; i++) {
		if ((tokens.starts[i] as number) < from || (tokens.starts[i] as number) > to) continue;
		if (!isName(tokens, i) || !isPunct(tokens, i + 1, '(') || isMember(tokens, i) || isDeclared(tokens, i)) continue;
		const api = kernel.api(tokenText(tokens, i));
		const index = api?.index('flags') ?? -1;
		if (!api || index < 0) continue;
		const start = argumentStart(tokens, i + 1, index);
		if (start < 0) continue;
		for (let at = start, end = argumentEnd(tokens, start); at < end; at++) {
			if (tokenText(tokens, at) === variable && !isMember(tokens, at)) return { api, open: i + 1 };
		}
	}
	return undefined;
}

/** `gup_flags = `, `flags |= `, `unsigned int foll_flags = ` before the cursor, in a function that hands it to the family. */
function inAssignment(
	text: string,
	{ tokens, last, offset }: Around,
	cursor: number,
	kernel: Kernel,
): Slot | undefined {
	let at = cursor < 0 ? last : cursor - 1;
	const end = at;
	// Back over the value written so far to its assignment.
	while (at >= 0 && !isPunct(tokens, at, '=')) {
		if (tokens.kinds[at] === Token.Punct && !'|?:()~!&'.includes(tokenText(tokens, at))) return undefined;
		at--;
	}
	const compares = (i: number) => ['=', '!', '<', '>'].some((char) => isPunct(tokens, i - 1, char));
	if (at <= 0 || compares(at)) return undefined;
	const target = isPunct(tokens, at - 1, '|') ? at - 2 : at - 1;
	const variable = isName(tokens, target) && !isMember(tokens, target) ? tokenText(tokens, target) : '';
	if (!/flags?$/i.test(variable)) return undefined;
	const fn = enclosingFunction(text, offset);
	const call = fn && callWith(tokens, variable, fn.range.start, fn.range.end, kernel);
	if (!call && !/^(?:gup|foll)_?flags$/.test(variable)) return undefined;
	const beside = flagsBetween(tokens, at + 1, Math.max(end + 1, argumentEnd(tokens, at + 1)), kernel, cursor);
	return { api: call?.api, beside, unlocked: call ? isUnlocked(tokens, call.open, call.api) : true };
}

/** The token before the cursor asks for a value: an operator, a bracket, a comma; not the end of another value. */
function wantsValue(tokens: Tokens, before: number): boolean {
	if (before < 0) return false;
	if (isName(tokens, before)) return tokenText(tokens, before) === 'return';
	return (
		tokens.kinds[before] === Token.Punct && !')]}.'.includes(tokenText(tokens, before)) && !isMember(tokens, before + 1)
	);
}

/** The kernel would refuse the call with this flag added. */
function isRefused(slot: Slot, name: string, kernel: Kernel): boolean {
	if (!slot.api) return false;
	return failedChecks(slot.api.name, kernel.release, new Set([...slot.beside, name])).some(
		(check) => check.flags.includes(name) && !(check.whenArgument === 'locked' && slot.unlocked),
	);
}

/** FOLL_GET spelled out says nothing new to get_*. */
function isRedundant(slot: Slot, name: string): boolean {
	return name === 'FOLL_GET' && slot.api?.record.group === 'get';
}

const FIRST = ['FOLL_WRITE', 'FOLL_LONGTERM', 'FOLL_NOFAULT', 'FOLL_PCI_P2PDMA', 'FOLL_NOWAIT'];

function sortText({ name, span }: Flag): string {
	const place = FIRST.indexOf(name);
	if (place >= 0) return `0${place} ${name}`;
	return `${name === 'FOLL_FORCE' || span?.visibility === 'core' ? 2 : 1} ${name}`;
}

/**
 * The flags that may be written at an offset: those of this kernel that callers may name, the call does not refuse,
 * and that are not there yet.
 * @param offset UTF-16, 0-based
 * @param macros macros of the module are read as what they stand for
 * @returns undefined where no flag value is being written
 */
export function completionsAt(
	text: string,
	offset: number,
	{ kernel, macros }: { readonly kernel: Kernel; readonly macros?: Macros },
): Completions | undefined {
	const place = around(text, offset);
	if (!place) return undefined;
	const { tokens, last } = place;
	const cursor = nameAt(place);
	// no flag has letters beyond ASCII: what is typed there is something else
	if (cursor >= 0 && !/^\w*$/.test(tokenText(tokens, cursor))) return undefined;
	if (!wantsValue(tokens, cursor < 0 ? last : cursor - 1)) return undefined;
	const slot = inArgument(place, cursor, kernel, macros) ?? inAssignment(text, place, cursor, kernel);
	if (!slot) return undefined;
	const items = kernel
		.flags()
		.filter((flag) => flag.span?.visibility !== 'internal' && !slot.beside.has(flag.name))
		.filter(({ name }) => !isRedundant(slot, name) && !isRefused(slot, name, kernel))
		.map((flag) => ({
			name: flag.name,
			detail: flag.record.summary,
			markdown: flagMarkdown(flag, kernel),
			sortText: sortText(flag),
		}));
	return { range: cursor < 0 ? { start: offset, end: offset } : rangeOf(tokens, cursor), items };
}
