/** Work that is done one after the other, in the order it was asked for. */
export class Turns {
	#last: Promise<unknown> = Promise.resolve();

	/** @param signal takes the work out of the row before its turn; its promise is then rejected with the signal's reason */
	take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
		if (signal.aborted) return Promise.reject(signal.reason);
		return new Promise((resolve, reject) => {
			const leave = () => reject(signal.reason);
			signal.addEventListener('abort', leave, { once: true });
			this.#last = this.#last.then(async () => {
				signal.removeEventListener('abort', leave);
				if (!signal.aborted) await work().then(resolve, reject);
			});
		});
	}
}
