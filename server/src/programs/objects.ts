/** The objects of a repository, read by their names through one `git cat-file --batch` that stays. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';

/** An object with its content. */
export interface GitObject {
	/** "blob", "tree", "commit", "tag" */
	readonly kind: string;
	readonly bytes: Buffer;
}

/** The object is larger than `MAX_OBJECT`: its content was not taken. */
export const OVERSIZED = 'oversized';

/** Bytes; the largest generated header of a kernel has 23 million. */
export const MAX_OBJECT = 1 << 27;

/** Milliseconds without a byte of an answer. */
const SILENCE = 30_000;

/** The longest first line of an answer: a name, a kind, a size. */
const MAX_HEAD = 200;

/** Name of an object, SHA-1 or SHA-256. */
const NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

type Answer = GitObject | typeof OVERSIZED | undefined;

interface Question {
	readonly name: string;
	answer(answer: Answer): void;
	fail(reason: Error): void;
}

/** Asks in the order of the questions; any number may wait. */
export class Objects {
	readonly #start: () => ChildProcessWithoutNullStreams;
	readonly #failure: (reason: string) => Error;
	readonly #waiting: Question[] = [];
	#child: ChildProcessWithoutNullStreams | undefined;
	#timer: NodeJS.Timeout | undefined;
	#ended = false;
	/** Of the answer that comes: its first line, until it is whole. */
	#head = '';
	/** Content of the answer that comes, once its first line is known. */
	#body: { readonly kind: string; readonly bytes: Buffer; at: number } | undefined;

	/**
	 * @param start starts `git cat-file --batch`
	 * @param failure makes the error of a reason
	 */
	constructor(start: () => ChildProcessWithoutNullStreams, failure: (reason: string) => Error) {
		this.#start = start;
		this.#failure = failure;
	}

	/**
	 * @param name of the object, in hexadecimal
	 * @returns undefined where the repository lacks it
	 * @throws what `failure` makes, where git gives no answer
	 */
	read(name: string): Promise<Answer> {
		return new Promise((answer, fail) => {
			if (this.#ended) return fail(this.#failure('was stopped'));
			if (!NAME.test(name)) return answer(undefined);
			this.#waiting.push({ name, answer, fail });
			if (this.#waiting.length === 1) this.#watch();
			this.#running().stdin.write(`${name}\n`);
		});
	}

	/** Ends it at once; questions without an answer fail. */
	end(): void {
		this.#ended = true;
		this.#fail('was stopped');
	}

	#running(): ChildProcessWithoutNullStreams {
		if (this.#child) return this.#child;
		const child = this.#start();
		this.#child = child;
		const isThis = (): boolean => this.#child === child;
		child.stdout.on('data', (chunk: Buffer) => isThis() && this.#take(chunk));
		// what git has to say may quote any file; it must only not block
		child.stderr.resume();
		child.stdin.on('error', () => undefined);
		child.on('error', (error) => isThis() && this.#fail(`cannot be started: ${error.message}`));
		child.on('close', () => isThis() && this.#fail('ended before it answered'));
		return child;
	}

	#watch(): void {
		clearTimeout(this.#timer);
		this.#timer =
			this.#waiting.length === 0
				? undefined
				: setTimeout(() => this.#fail(`gave no answer within ${SILENCE / 1000} s`), SILENCE);
	}

	/** Takes bytes of the output. */
	#take(chunk: Buffer): void {
		this.#timer?.refresh();
		for (let at = 0; at < chunk.length && this.#child; ) {
			if (!this.#body) {
				const end = chunk.indexOf(LINE_END, at);
				this.#head += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
				if (this.#head.length > MAX_HEAD) return this.#fail('gave an answer that is none');
				if (end < 0) return;
				at = end + 1;
				this.#begin();
				continue;
			}
			const { bytes } = this.#body;
			const copied = chunk.copy(bytes, this.#body.at, at);
			at += copied;
			this.#body.at += copied;
			if (this.#body.at < bytes.length) return;
			const { kind } = this.#body;
			this.#body = undefined;
			// the last byte ends the line
			this.#answer({ kind, bytes: bytes.subarray(0, -1) });
		}
	}

	/** The first line of an answer is there. */
	#begin(): void {
		const [, name, kind, size] = /^(\S+) (?:(\w+) (\d+)|missing)$/.exec(this.#head) ?? [];
		this.#head = '';
		if (name === undefined || name !== this.#waiting[0]?.name) return this.#fail('gave an answer that is none');
		if (kind === undefined) return this.#answer(undefined);
		if (Number(size) <= MAX_OBJECT) {
			this.#body = { kind, bytes: Buffer.allocUnsafeSlow(Number(size) + 1), at: 0 };
			return;
		}
		// all of it would come: another process answers the rest
		this.#drop();
		this.#answer(OVERSIZED);
		for (const { name } of this.#waiting) this.#running().stdin.write(`${name}\n`);
	}

	#answer(answer: Answer): void {
		this.#waiting.shift()?.answer(answer);
		if (this.#waiting.length === 0) this.#watch();
	}

	#fail(reason: string): void {
		this.#drop();
		for (const { fail } of this.#waiting.splice(0)) fail(this.#failure(reason));
		this.#watch();
	}

	#drop(): void {
		const child = this.#child;
		this.#child = undefined;
		this.#head = '';
		this.#body = undefined;
		if (!child) return;
		child.kill('SIGKILL');
		child.stdin.destroy();
		child.stdout.destroy();
		child.stderr.destroy();
	}
}

const LINE_END = 10;
