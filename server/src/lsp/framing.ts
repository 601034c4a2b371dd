/** Messages out of a stream of bytes: `Content-Length` headers and JSON bodies, taken as strictly as the protocol writes them. */
import type { Readable } from 'node:stream';
import {
	AbstractMessageReader,
	type DataCallback,
	type Disposable,
	ErrorCodes,
	ResponseError,
} from 'vscode-languageserver';

/** Where a message ends cannot be told any more, so none after it can be read. */
export class FramingError extends Error {}

/** Bytes of a header; real ones have some 30. */
const MAX_HEADER = 4096;
/** Bytes of a message: more than any text that is analysed takes, and less than what one string can hold. */
const MAX_BODY = 100_000_000;

const END_OF_HEADER = '\r\n\r\n';
/** A field, or how one may begin. */
const FIELD = /^[\w-]+:[^\r\n]*$/;
const BEGUN = /^(?:[\w-]*|[\w-]+:[^\r\n]*\r?)$/;
const LENGTH = /^content-length:[ \t]*(\d{1,15})[ \t]*$/i;

/**
 * Reads messages from a stream. Its errors: a ResponseError (ParseError) for a body that is no JSON, after which it goes on, and a
 * FramingError, after which it reads no more. vscode-jsonrpc's own reader waits for ever where a length is missing, negative or huge.
 */
export class FramedReader extends AbstractMessageReader {
	readonly #input: Readable;
	#chunks: Buffer[] = [];
	#size = 0;
	/** Bytes of the body that is being read; undefined in a header. */
	#body: number | undefined;

	constructor(input: Readable) {
		super();
		this.#input = input;
	}

	override listen(callback: DataCallback): Disposable {
		const input = this.#input;
		const take = (chunk: Buffer): void => {
			try {
				this.#take(chunk, callback);
			} catch (error) {
				stop();
				this.fireError(error);
			}
		};
		const stop = (): void => {
			input.off('data', take);
			input.pause();
		};
		input.on('data', take);
		input.on('error', (error) => this.fireError(error));
		input.once('end', () => this.fireClose());
		input.once('close', () => this.fireClose());
		return { dispose: stop };
	}

	#take(chunk: Buffer, callback: DataCallback): void {
		this.#chunks.push(chunk);
		this.#size += chunk.length;
		for (;;) {
			this.#body ??= this.#header();
			if (this.#body === undefined || this.#size < this.#body) return;
			const bytes = this.#read(this.#body);
			this.#body = undefined;
			this.#parse(bytes, callback);
		}
	}

	/** The length that a header gives; undefined while it is not whole. */
	#header(): number | undefined {
		const text = this.#whole().subarray(0, MAX_HEADER).toString('latin1');
		const end = text.indexOf(END_OF_HEADER);
		if (end < 0) {
			checkBegun(text);
			return undefined;
		}
		this.#read(end + END_OF_HEADER.length);
		return bodyLength(text.slice(0, end));
	}

	#parse(bytes: Buffer, callback: DataCallback): void {
		let message: Parameters<DataCallback>[0];
		try {
			message = JSON.parse(bytes.toString('utf8'));
		} catch (error) {
			const { message: reason } = error as Error;
			this.fireError(new ResponseError(ErrorCodes.ParseError, `the body of a message is no JSON: ${reason}`));
			return;
		}
		callback(message);
	}

	#whole(): Buffer {
		const [first, ...more] = this.#chunks;
		const all = first && more.length === 0 ? first : Buffer.concat(this.#chunks);
		this.#chunks = [all];
		return all;
	}

	#read(length: number): Buffer {
		const all = this.#whole();
		const rest = all.subarray(length);
		this.#chunks = rest.length > 0 ? [rest] : [];
		this.#size = rest.length;
		return all.subarray(0, length);
	}
}

/** Throws a FramingError where this is no beginning of a header: what follows need not be waited for. */
function checkBegun(text: string): void {
	if (text.length >= MAX_HEADER) throw new FramingError(`a header has more than ${MAX_HEADER} bytes`);
	const lines = text.split('\r\n');
	const last = lines.pop() ?? '';
	for (const line of lines) checkField(line);
	// half of the empty line behind the fields
	if (last === '\r' && lines.length > 0) return;
	if (!BEGUN.test(last)) throw new FramingError(`${JSON.stringify(shortened(last))} is no header`);
}

function checkField(line: string): void {
	if (!FIELD.test(line)) throw new FramingError(`${JSON.stringify(shortened(line))} is no header`);
}

/** @param header without its end */
function bodyLength(header: string): number {
	const lines = header.split('\r\n');
	for (const line of lines) checkField(line);
	const given = lines.filter((line) => /^content-length:/i.test(line));
	const [length, another] = new Set(given.map((line) => Number(LENGTH.exec(line)?.[1])));
	if (length === undefined) throw new FramingError('a header has no Content-Length');
	if (another !== undefined) throw new FramingError('a header has two lengths');
	if (Number.isNaN(length)) throw new FramingError(`${JSON.stringify(shortened(given.join(', ')))} is no length`);
	if (length > MAX_BODY)
		throw new FramingError(`a message of ${length} bytes is larger than ${MAX_BODY / 1_000_000} MB`);
	return length;
}

function shortened(text: string): string {
	return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
