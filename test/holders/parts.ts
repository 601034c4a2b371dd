/** The parts that a program is put together from, with the mistake in one of them. */
import { lines } from './c.js';
import type { Fault, FaultName } from './fault.js';
import type { Form, Kind } from './form.js';
import { type Holder, handed } from './holder.js';
import type { Style } from './pages.js';

/** Name of the function that releases. */
export const RELEASE = 'example_release';

const OTHER: Readonly<Record<Kind, Kind>> = { pin: 'get', get: 'pin' };

export class Parts {
	readonly holder: Holder;
	readonly form: Form;
	readonly fault: Fault;
	/** Undefined in the right program. */
	readonly mistake: FaultName | undefined;

	constructor(holder: Holder, form: Form, fault: Fault, isWrong: boolean) {
		this.holder = holder;
		this.form = form;
		this.fault = fault;
		this.mistake = isWrong ? fault.name : undefined;
	}

	/** @param isEnd of the release at the ordinary end, which has the mistakes about the kind and about dirtying */
	style(isEnd: boolean): Style {
		const { isLoop, kind } = this.form;
		if (!isEnd) return { isLoop, kind, dirty: 'none' };
		return { isLoop, kind: this.mistake === 'wrong release' ? OTHER[kind] : kind, dirty: this.dirty() };
	}

	private dirty(): Style['dirty'] {
		if (this.fault.needs !== 'writes' || this.mistake === 'dirty missing') return 'none';
		return this.mistake === 'dirty unlocked' ? 'unlocked' : 'locked';
	}

	/** What the function that releases does. */
	releaseBody(): string {
		const { holder } = this;
		return (holder.drop ?? holder.release)(this.style(true), 'nr');
	}

	private call(count: string): string {
		const counted = /\bnr\b/.test(this.releaseBody());
		const argv = `${handed(this.holder.released)}${counted ? count : ''}`;
		return `${RELEASE}(${argv.replace(/, $/, '')});`;
	}

	/** Releases the pages and leaves the holder as it is. */
	release(count: string, isEnd: boolean): string {
		const { holder, form } = this;
		return form.hasHelpers && !holder.drop ? this.call(count) : holder.release(this.style(isEnd), count);
	}

	/** Releases the pages and empties the holder. */
	drop(count: string, isEnd: boolean): string {
		const { holder, form } = this;
		if (form.hasHelpers) return lines(this.call(count), holder.drop ? '' : holder.discard);
		if (holder.drop) return holder.drop(this.style(isEnd), count);
		return lines(holder.release(this.style(isEnd), count), holder.discard);
	}

	/** Releases what the call gave before it went anywhere else. */
	releaseTaken(count: string): string {
		const { taking } = this.holder;
		const through = taking.kind === 'batch' ? taking.through : undefined;
		return through ? through.release(this.style(false), count) : this.release(count, false);
	}

	/** The taking call, under the lock where the program is about locks and there is no function of its own for it. */
	locked(call: string): string {
		return this.hasTakeHelper() ? call : this.inLock(call);
	}

	/** The function that takes allocates as well. */
	allocatesInTake(): boolean {
		const { taking } = this.holder;
		return taking.kind === 'batch' && taking.result?.allocates === true;
	}

	/** Pages are taken in a function of its own. */
	hasTakeHelper(): boolean {
		return this.form.hasHelpers || this.allocatesInTake();
	}

	/** A statement under the lock of the device. */
	inLock(call: string): string {
		const lock = this.mistake === 'atomic' ? ['spin_lock(&dev->lock);', 'spin_unlock(&dev->lock);'] : MUTEX;
		return this.fault.needs === 'lock' ? lines(lock[0], call, lock[1]) : call;
	}
}

const MUTEX = ['mutex_lock(&dev->mutex);', 'mutex_unlock(&dev->mutex);'];
