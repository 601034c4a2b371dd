/**
 * Regular expressions of a MAINTAINERS file, which nobody trusts: the part of Perl's that is in use there, matched in a time that
 * grows with the product of pattern and text, never faster.
 */

/** Longest pattern, most states of one, deepest groups, highest number of repetitions. */
const LONGEST = 1_000;
const MOST_STATES = 4_000;
const DEEPEST = 40;
const MOST_TIMES = 100;

/** Steps that all patterns of a run may take together. */
export interface Steps {
	left: number;
}

type Test = (char: string) => boolean;

type State =
	| { readonly kind: 'char'; readonly test: Test; next: number }
	| { readonly kind: 'split'; next: number; other: number }
	| { readonly kind: 'assert'; readonly holds: (text: string, at: number) => boolean; next: number }
	| { readonly kind: 'match' };

type Node =
	| { readonly kind: 'char'; readonly test: Test }
	| { readonly kind: 'assert'; readonly holds: (text: string, at: number) => boolean }
	| { readonly kind: 'list'; readonly parts: readonly Node[] }
	| { readonly kind: 'choice'; readonly arms: readonly Node[] }
	| { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

/** The pattern is none of those that are understood. */
class Unsupported extends Error {}

function isWord(char: string | undefined): boolean {
	return char !== undefined && /^\w$/.test(char);
}

/** A test of one character that remembers what it said of ASCII. */
function remembered(test: Test): Test {
	const known = new Map<string, boolean>();
	return (char) => {
		const said = known.get(char) ?? test(char);
		if (char < '\x80') known.set(char, said);
		return said;
	};
}

const CLASSES: Readonly<Record<string, Test>> = {
	d: remembered((char) => /^\d$/.test(char)),
	D: remembered((char) => !/^\d$/.test(char)),
	s: remembered((char) => /^\s$/.test(char)),
	S: remembered((char) => !/^\s$/.test(char)),
	w: remembered(isWord),
	W: remembered((char) => !isWord(char)),
};

const ASSERTIONS: Readonly<Record<string, (text: string, at: number) => boolean>> = {
	b: (text, at) => isWord(text[at - 1]) !== isWord(text[at]),
	B: (text, at) => isWord(text[at - 1]) === isWord(text[at]),
};

/** Perl's /x: blanks and comments mean nothing outside of brackets. */
class Parser {
	private at = 0;
	private readonly text: string;

	constructor(text: string) {
		this.text = text;
	}

	whole(): Node {
		const node = this.choice(false, 0);
		if (this.at < this.text.length) throw new Unsupported();
		return node;
	}

	private choice(ignoresCase: boolean, depth: number): Node {
		if (depth > DEEPEST) throw new Unsupported();
		const arms: Node[] = [];
		let ignores = ignoresCase;
		for (;;) {
			const parts: Node[] = [];
			for (;;) {
				this.skip();
				const char = this.text[this.at];
				if (char === undefined || char === '|' || char === ')') break;
				if (this.text.startsWith('(?i)', this.at)) {
					this.at += 4;
					ignores = true;
					continue;
				}
				parts.push(this.repeated(ignores, depth));
			}
			arms.push({ kind: 'list', parts });
			if (this.text[this.at] !== '|') return arms.length === 1 ? (arms[0] as Node) : { kind: 'choice', arms };
			this.at++;
		}
	}

	private skip(): void {
		while (/^(?:\s|#)$/.test(this.text[this.at] ?? '')) {
			if (this.text[this.at] === '#') this.at = this.text.length;
			else this.at++;
		}
	}

	private repeated(ignoresCase: boolean, depth: number): Node {
		const part = this.atom(ignoresCase, depth);
		this.skip();
		const times = this.times();
		if (!times) return part;
		this.skip();
		// lazy or not, the same texts match; possessive ones do not
		if (this.text[this.at] === '?') this.at++;
		else if (/^[+*{]$/.test(this.text[this.at] ?? '')) throw new Unsupported();
		return { kind: 'repeat', part, ...times };
	}

	private times(): { least: number; most: number } | undefined {
		const char = this.text[this.at];
		if (char === '*' || char === '+' || char === '?') {
			this.at++;
			return { least: char === '+' ? 1 : 0, most: char === '?' ? 1 : Infinity };
		}
		const [whole, from, comma, to] = /^\{(\d{1,4})(,)?(\d{1,4})?\}/.exec(this.text.slice(this.at, this.at + 12)) ?? [];
		if (whole === undefined) return undefined;
		this.at += whole.length;
		const least = Number(from);
		const most = comma === undefined ? least : to === undefined ? Infinity : Number(to);
		if (least > MOST_TIMES || (most !== Infinity && most > MOST_TIMES) || most < least) throw new Unsupported();
		return { least, most };
	}

	private atom(ignoresCase: boolean, depth: number): Node {
		const char = this.text[this.at++] as string;
		switch (char) {
			case '(':
				return this.group(ignoresCase, depth);
			case '[':
				return { kind: 'char', test: this.set(ignoresCase) };
			case '.':
				return { kind: 'char', test: (one) => one !== '\n' };
			case '^':
				return { kind: 'assert', holds: (_, at) => at === 0 };
			case '$':
				return { kind: 'assert', holds: (text, at) => at === text.length };
			case '\\':
				return this.escaped(ignoresCase);
			case '*':
			case '+':
			case '?':
				throw new Unsupported();
			default:
				return { kind: 'char', test: same(char, ignoresCase) };
		}
	}

	private group(ignoresCase: boolean, depth: number): Node {
		let ignores = ignoresCase;
		if (this.text[this.at] === '?') {
			const [head] = /^\?i?:/.exec(this.text.slice(this.at, this.at + 3)) ?? [];
			if (head === undefined) throw new Unsupported();
			ignores ||= head === '?i:';
			this.at += head.length;
		}
		const node = this.choice(ignores, depth + 1);
		if (this.text[this.at++] !== ')') throw new Unsupported();
		return node;
	}

	private escaped(ignoresCase: boolean): Node {
		const char = this.text[this.at++];
		if (char === undefined) throw new Unsupported();
		const assertion = ASSERTIONS[char];
		if (assertion) return { kind: 'assert', holds: assertion };
		const test = CLASSES[char];
		if (test) return { kind: 'char', test };
		if (char === 't') return { kind: 'char', test: (one) => one === '\t' };
		if (/^[A-Za-z0-9]$/.test(char)) throw new Unsupported();
		return { kind: 'char', test: same(char, ignoresCase) };
	}

	private set(ignoresCase: boolean): Test {
		const isNegated = this.text[this.at] === '^';
		if (isNegated) this.at++;
		const tests: Test[] = [];
		for (let first = true; ; first = false) {
			const char = this.text[this.at++];
			if (char === undefined) throw new Unsupported();
			if (char === ']' && !first) break;
			if (char === '[' && this.text[this.at] === ':') throw new Unsupported();
			const low = char === '\\' ? this.inSet() : char;
			if (typeof low !== 'string') {
				tests.push(low);
				continue;
			}
			const isRange = this.text[this.at] === '-' && !/^\]?$/.test(this.text[this.at + 1] ?? '');
			if (!isRange) {
				tests.push(same(low, ignoresCase));
				continue;
			}
			this.at++;
			const next = this.text[this.at++] as string;
			const high = next === '\\' ? this.inSet() : next;
			if (typeof high !== 'string' || high < low) throw new Unsupported();
			tests.push((one) => cases(one, ignoresCase).some((each) => low <= each && each <= high));
		}
		return remembered((one) => tests.some((test) => test(one)) !== isNegated);
	}

	private inSet(): string | Test {
		const char = this.text[this.at++];
		if (char === undefined) throw new Unsupported();
		const test = CLASSES[char];
		if (test) return test;
		if (char === 't') return '\t';
		if (/^[A-Za-z0-9]$/.test(char)) throw new Unsupported();
		return char;
	}
}

function cases(char: string, ignoresCase: boolean): readonly string[] {
	return ignoresCase ? [char, char.toLowerCase(), char.toUpperCase()] : [char];
}

function same(char: string, ignoresCase: boolean): Test {
	if (!ignoresCase) return (one) => one === char;
	const wanted = cases(char, ignoresCase);
	return (one) => wanted.includes(one);
}

/** States of a pattern, the last of which are reached first. */
class Machine {
	readonly states: State[] = [{ kind: 'match' }];

	/** @returns the state that begins `node` and goes on with `next` */
	add(node: Node, next: number): number {
		if (this.states.length > MOST_STATES) throw new Unsupported();
		switch (node.kind) {
			case 'char':
				return this.push({ kind: 'char', test: node.test, next });
			case 'assert':
				return this.push({ kind: 'assert', holds: node.holds, next });
			case 'list':
				return node.parts.reduceRight((then, part) => this.add(part, then), next);
			case 'choice':
				return node.arms
					.map((arm) => this.add(arm, next))
					.reduce((one, other) => this.push({ kind: 'split', next: one, other }));
			case 'repeat':
				return this.repeat(node, next);
		}
	}

	private repeat({ part, least, most }: Node & { kind: 'repeat' }, next: number): number {
		let then = next;
		if (most === Infinity) {
			const split = { kind: 'split', next: -1, other: next } as const as State & { kind: 'split' };
			then = this.push(split);
			split.next = this.add(part, then);
		} else
			for (let i = least; i < most; i++) then = this.push({ kind: 'split', next: this.add(part, then), other: next });
		for (let i = 0; i < least; i++) then = this.add(part, then);
		return then;
	}

	private push(state: State): number {
		return this.states.push(state) - 1;
	}
}

/** States that are reached at one place of the text, each once. */
class Reached {
	readonly numbers: Int32Array;
	size = 0;
	readonly #seen: Int32Array;
	#round = 0;

	constructor(states: number) {
		this.numbers = new Int32Array(states);
		this.#seen = new Int32Array(states);
	}

	clear(): void {
		this.size = 0;
		this.#round++;
	}

	/** @returns it is new */
	add(number: number): boolean {
		if (this.#seen[number] === this.#round) return false;
		this.#seen[number] = this.#round;
		this.numbers[this.size++] = number;
		return true;
	}
}

/** A pattern that can be looked for. */
export class Pattern {
	readonly #states: readonly State[];
	readonly #start: number;

	private constructor(states: readonly State[], start: number) {
		this.#states = states;
		this.#start = start;
	}

	/** @returns undefined for what is not understood, or too large */
	static of(source: string): Pattern | undefined {
		if (source.length > LONGEST) return undefined;
		try {
			const machine = new Machine();
			const start = machine.add(new Parser(source).whole(), 0);
			return new Pattern(machine.states, start);
		} catch (error) {
			if (error instanceof Unsupported) return undefined;
			throw error;
		}
	}

	/** The pattern is somewhere in the text; false where there are no steps left to find out. */
	isIn(text: string, steps: Steps): boolean {
		if (steps.left < 0) return false;
		let current = new Reached(this.#states.length);
		let after = new Reached(this.#states.length);
		current.clear();
		for (let at = 0; at <= text.length; at++) {
			if (this.#reach(this.#start, text, at, current)) return true;
			steps.left -= current.size + 1;
			const char = text[at];
			if (steps.left < 0 || char === undefined) return false;
			after.clear();
			for (let i = 0; i < current.size; i++) {
				const state = this.#states[current.numbers[i] as number];
				if (state?.kind === 'char' && state.test(char) && this.#reach(state.next, text, at + 1, after)) return true;
			}
			[current, after] = [after, current];
		}
		return false;
	}

	/** Adds a state with all that are reached from it without a character. @returns the end is among them */
	#reach(first: number, text: string, at: number, into: Reached): boolean {
		if (!into.add(first)) return false;
		// those that are added are looked at in turn
		for (let i = into.size - 1; i < into.size; i++) {
			const state = this.#states[into.numbers[i] as number] as State;
			if (state.kind === 'match') return true;
			if (state.kind === 'split') {
				into.add(state.next);
				into.add(state.other);
			} else if (state.kind === 'assert' && state.holds(text, at)) into.add(state.next);
		}
		return false;
	}
}
