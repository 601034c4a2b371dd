import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Part, Said } from './worker.js';

/** A process that says nothing for so long will never end, in ms. */
const HANGS = 300_000;

/** What is told where a process ends by itself, or has to be ended. */
interface Death {
	/** The mutant it was at. */
	readonly at: number;
	readonly why: string;
}

/** A process that runs mutants; one that dies is replaced by another behind the mutant that it died of. */
export class FuzzProcess {
	readonly done: Promise<void>;
	readonly deaths: Death[] = [];
	readonly #part: Part;
	/** What those said that died. */
	readonly #former: Said[] = [];
	#last: Said | undefined;
	#heard = Date.now();
	#child: ChildProcess | undefined;

	constructor(part: Part) {
		this.#part = part;
		this.done = this.#run(part.first);
	}

	/** The last word of each process. */
	get said(): readonly Said[] {
		return this.#last ? [...this.#former, this.#last] : this.#former;
	}

	/** End the process where it hangs. */
	look(): void {
		if (Date.now() - this.#heard > HANGS) this.#child?.kill('SIGKILL');
	}

	async #run(from: number): Promise<void> {
		for (let first = from; ; ) {
			const why = await this.#one(first);
			const last = this.#last;
			if (why === undefined) return;
			if (last?.at === undefined) throw new Error(`the process ${why} before its first mutant`);
			this.deaths.push({ at: last.at, why });
			this.#former.push(last);
			this.#last = undefined;
			first = last.at + this.#part.step;
		}
	}

	/** @returns how it died; undefined where it came to its end */
	#one(first: number): Promise<string | undefined> {
		const scripts = join(import.meta.dirname, '..');
		const child = fork(join(scripts, 'run.mjs'), [join(scripts, 'fuzzing', 'worker.ts')]);
		this.#child = child;
		this.#heard = Date.now();
		child.on('message', (said: Said) => {
			this.#heard = Date.now();
			this.#last = said;
		});
		child.send({ ...this.#part, first });
		return new Promise((resolve) => {
			child.on('exit', (code, signal) => resolve(code === 0 ? undefined : `ended with ${signal ?? code}`));
		});
	}
}
