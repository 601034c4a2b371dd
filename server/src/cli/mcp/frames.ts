import { Transform } from 'node:stream';

/** Bytes at either end of a message where its id is looked for: libraries write it first or last. */
const ENDS = 300;
const ID = /"id"\s*:\s*(-?\d{1,15}|"[^"\\]{0,100}")/;

/**
 * Hands on whole lines, which are messages; a longer one than the limit is dropped while it comes in.
 * @param limit in bytes
 * @param dropped told the id of each that was dropped, as JSON, or "null" where none is seen
 */
export function wholeLines(limit: number, dropped: (id: string) => void): Transform {
	let parts: Buffer[] = [];
	let length = 0;
	let ends: { readonly head: string; tail: string } | undefined;
	const take = (part: Buffer): void => {
		length += part.length;
		if (length <= limit) {
			parts.push(part);
			return;
		}
		ends ??= { head: Buffer.concat(parts.slice(0, 1)).toString('latin1', 0, ENDS), tail: '' };
		parts = [];
		ends.tail = (ends.tail + part.toString('latin1', Math.max(0, part.length - ENDS))).slice(-ENDS);
	};
	return new Transform({
		transform(chunk: Buffer, _, done) {
			let from = 0;
			for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
				take(chunk.subarray(from, at + 1));
				from = at + 1;
				if (ends) dropped((ID.exec(ends.tail) ?? ID.exec(ends.head))?.[1] ?? 'null');
				else this.push(Buffer.concat(parts));
				parts = [];
				length = 0;
				ends = undefined;
			}
			take(chunk.subarray(from));
			done();
		},
	});
}
