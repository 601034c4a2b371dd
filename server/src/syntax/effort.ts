/**
 * Work on a text, counted in steps: one expression that is gone through, one entry of a state that is copied. A function
 * that takes more of them than its share is given up and named, so that no text keeps the engine busy for long, however it
 * was made. Steps and not time, so that the same text always has the same findings.
 */

/** Steps of one function, and for each of its characters (UTF-16 units). The function of a kernel that takes most has 175,000. */
const FUNCTION_STEPS = 500_000;
/** The same of all functions of a file together. The file of a kernel that takes most has 330,000. */
const FILE_STEPS = 1_000_000;
const STEPS_EACH = 2;
/** A share of the steps after which what was found out is not kept for the next question. */
const WORN = 1 / 4;

/** Work on all functions of a file. */
export class FileEffort {
	steps = 0;
	/** Names of functions that were given up. */
	readonly givenUp = new Set<string>();
	/** So much was done that further work on what is known so far may end before the same work begun afresh. */
	isWorn = false;
	private readonly limit: number;

	/** @param length of the text */
	constructor(length: number) {
		this.limit = FILE_STEPS + STEPS_EACH * length;
	}

	get isSpent(): boolean {
		return this.steps > this.limit;
	}
}

/** Work on one function. */
export class Effort {
	steps = 0;
	/** Too much: nothing more is found out about the function. */
	isGivenUp = false;
	private readonly file: FileEffort;
	private readonly name: string;
	private readonly limit: number;

	/** @param length of the function's text */
	constructor(file: FileEffort, name: string, length: number) {
		this.file = file;
		this.name = name;
		this.limit = FUNCTION_STEPS + STEPS_EACH * length;
	}

	/** @returns false when the function is given up: what is under way ends without a result */
	spend(steps: number): boolean {
		this.steps += steps;
		this.file.steps += steps;
		if (this.steps > WORN * this.limit) this.file.isWorn = true;
		if (this.steps > this.limit || this.file.isSpent) this.giveUp();
		return !this.isGivenUp;
	}

	giveUp(): void {
		this.isGivenUp = true;
		this.file.isWorn = true;
		this.file.givenUp.add(this.name);
	}
}
