/** Several values as the bytes of one entry of the cache, and back. */

/** Bytes of a length. */
const WORD = 4;
/** The one character that no name holds. */
const END = '\0';

const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** @param sections at most 255 */
export function pack(sections: readonly Uint8Array[]): Uint8Array {
	const lengths = Uint32Array.from([sections.length, ...sections.map(({ byteLength }) => byteLength)]);
	return Buffer.concat([new Uint8Array(lengths.buffer), ...sections]);
}

/**
 * @param count how many sections there must be
 * @returns views of the bytes; undefined for bytes that are not exactly that
 */
export function unpack(bytes: Buffer, count: number): Buffer[] | undefined {
	const head = (count + 1) * WORD;
	if (bytes.length < head) return undefined;
	const [stored, ...lengths] = new Uint32Array(Uint8Array.from(bytes.subarray(0, head)).buffer);
	if (stored !== count || lengths.reduce((sum, length) => sum + length, head) !== bytes.length) return undefined;
	let at = head;
	return lengths.map((length) => {
		at += length;
		return bytes.subarray(at - length, at);
	});
}

export function packNames(names: readonly string[]): Uint8Array {
	return Buffer.from(names.map((name) => name + END).join(''));
}

/** A list of names as it was kept. */
export interface Names {
	/** Each with a NUL behind it. */
	readonly bytes: Buffer;
	/** With a NUL between them. */
	readonly joined: string;
	readonly names: readonly string[];
}

/**
 * @param like what is known already: the same bytes need not be taken apart a second time
 * @returns undefined for what is no list of names
 */
export function unpackNames(bytes: Buffer, like?: Names): Names | undefined {
	if (like?.bytes.equals(bytes)) return like;
	if (bytes.length === 0) return { bytes, joined: '', names: [] };
	if (bytes.at(-1) !== 0) return undefined;
	// Not `toString()`: what that makes of a megabyte lies outside of the heap, and each look into it is slow.
	const joined = DECODER.decode(bytes.subarray(0, -1));
	return { bytes, joined, names: joined.split(END) };
}

export function packJson(value: unknown): Uint8Array {
	return Buffer.from(JSON.stringify(value));
}

/** @returns undefined for what is no JSON; JSON itself has no such value */
export function unpackJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString());
	} catch {
		return undefined;
	}
}
