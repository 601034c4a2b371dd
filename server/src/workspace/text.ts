/** The text of a file, with what it takes to write the same bytes again. */
export interface SourceText {
	/** Without a byte order mark; line ends as in the file. */
	readonly text: string;
	/** latin1 for files that are not UTF-8: one byte is one character, so nothing is lost. */
	readonly encoding: 'utf8' | 'latin1';
	readonly bom: boolean;
}

const BOM = '\uFEFF';

/** Bytes of a file as text; undefined for what is no text (it has a NUL). */
export function decode(bytes: Uint8Array): SourceText | undefined {
	if (bytes.includes(0)) return undefined;
	try {
		const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
		const bom = text.startsWith(BOM);
		return { text: bom ? text.slice(1) : text, encoding: 'utf8', bom };
	} catch {
		return {
			text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
			encoding: 'latin1',
			bom: false,
		};
	}
}

/** Bytes of a text in the encoding of the file it came from. */
export function encode(text: string, like: SourceText): Buffer {
	return Buffer.from(like.bom ? BOM + text : text, like.encoding);
}
