import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DidCloseTextDocumentNotification, Message } from 'vscode-languageserver';

/** Milliseconds without a word of the client. */
const QUIET = 5_000;
/** Each moves a part of what is left together, and the pages that it empties are given back by the next. */
const COLLECTIONS = 4;
/** Bytes of a heap that is not worth it. */
const SMALL = 30_000_000;

const CLOSED = DidCloseTextDocumentNotification.method;

/** Gives back what closed documents leave when the client is quiet: by itself V8 collects only while something is allocated. */
export class Memory {
	readonly #collect: () => void;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#left = 0;

	/** @param collect how; by default where the heap is worth it */
	constructor(collect = forced()) {
		this.#collect = collect;
	}

	/** The client said something. */
	heard(message: Message): void {
		if (Message.isNotification(message) && message.method === CLOSED) this.#left = COLLECTIONS;
		if (this.#left > 0) this.#wait();
	}

	#wait(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#collect();
			if (--this.#left > 0) this.#wait();
		}, QUIET).unref();
	}
}

function forced(): () => void {
	let collect: (() => void) | undefined;
	return () => {
		if (process.memoryUsage().heapTotal < SMALL) return;
		if (!collect) {
			setFlagsFromString('--expose-gc');
			collect = runInNewContext('gc') as () => void;
		}
		collect();
	};
}
