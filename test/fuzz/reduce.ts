/** A failing input made small: lines, tokens and characters that are not needed for the failure go. */
import type { Input } from './input.js';
import { tokensOf } from './mutate/tokens.js';

/** Runs of the failing property that one input is worth. */
const MOST_TRIES = 4000;

type Fails = (input: Input) => Promise<boolean>;

/** Delta debugging (Zeller): the parts of a list without which it fails no more. */
export async function ddmin<T>(
	parts: readonly T[],
	fails: (parts: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
	let kept = parts;
	for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
		let smaller = false;
		for (let at = 0; at < kept.length; ) {
			const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
			if (await fails(rest)) {
				kept = rest;
				smaller = true;
			} else at += size;
		}
		if (size === 1 && !smaller) break;
		// as long as single ones go, others may go after them
		if (!smaller || size > 1) size = Math.max(1, Math.floor(size / 2));
	}
	return kept;
}

/** A piece of a text, by its offset. */
interface Part {
	readonly at: number;
	readonly text: string;
}

function partsOf(pieces: readonly string[]): Part[] {
	let at = 0;
	return pieces.map((text) => {
		const part = { at, text };
		at += text.length;
		return part;
	});
}

/** The input with these parts of its text alone; edits move with what they stand at. */
function withParts(input: Input, parts: readonly Part[]): Input {
	const place = (offset: number): number => {
		let before = 0;
		for (const { at, text } of parts) {
			if (at >= offset) break;
			before += Math.min(text.length, offset - at);
		}
		return before;
	};
	const edits = input.edits.map(({ start, end, text }) => ({ start: place(start), end: place(end), text }));
	return { ...input, text: parts.map(({ text }) => text).join(''), edits };
}

const PIECES: readonly ((text: string) => readonly string[])[] = [
	(text) => text.split(/(?<=\n)/),
	tokensOf,
	(text) => text.split(''),
];

/** @param fails whether an input still fails in the same way */
export async function reduced(input: Input, fails: Fails): Promise<Input> {
	let tries = 0;
	const still: Fails = async (candidate) => tries++ < MOST_TRIES && (await fails(candidate));
	let kept = input;
	const attempt = async (candidate: Input): Promise<boolean> => {
		if (!(await still(candidate))) return false;
		kept = candidate;
		return true;
	};
	for (let length = Number.POSITIVE_INFINITY; size(kept) < length && tries < MOST_TRIES; ) {
		length = size(kept);
		await ddmin(kept.edits, (edits) => attempt({ ...kept, edits }));
		await ddmin(kept.neighbours, (neighbours) => attempt({ ...kept, neighbours }));
		for (const cut of PIECES) {
			const from = kept;
			await ddmin(partsOf(cut(from.text)), (parts) => attempt(withParts(from, parts)));
			for (const i of kept.neighbours.keys()) await reduceNeighbour(kept, i, cut, attempt);
			for (const i of kept.edits.keys()) await reduceEdit(kept, i, cut, attempt);
		}
	}
	return kept;
}

function size({ text, neighbours, edits }: Input): number {
	return [text, ...[...neighbours, ...edits].map((one) => one.text)].reduce((sum, { length }) => sum + length, 0);
}

async function reduceNeighbour(
	input: Input,
	i: number,
	cut: (text: string) => readonly string[],
	fails: Fails,
): Promise<void> {
	const { neighbours } = input;
	const one = neighbours[i];
	if (one)
		await ddmin(cut(one.text), (parts) =>
			fails({ ...input, neighbours: neighbours.with(i, { ...one, text: parts.join('') }) }),
		);
}

async function reduceEdit(
	input: Input,
	i: number,
	cut: (text: string) => readonly string[],
	fails: Fails,
): Promise<void> {
	const { edits } = input;
	const one = edits[i];
	if (one)
		await ddmin(cut(one.text), (parts) => fails({ ...input, edits: edits.with(i, { ...one, text: parts.join('') }) }));
}
