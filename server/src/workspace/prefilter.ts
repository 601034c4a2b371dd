import { nameOf, type StandIns } from '../syntax/preprocess/stand-ins.js';

/** Parts of words that a search finds fast and few files have; words are only looked for where their part is. */
const PARTS = ['FOLL_', 'page', 'folio', 'iter'];

/** Says whether a file has one of the words, from its bytes alone. */
export class Prefilter {
	/** A part, and the words that contain it. */
	readonly #groups: readonly { readonly part: Buffer; readonly words: readonly Buffer[] }[];

	constructor(words: Iterable<string>) {
		const groups = new Map<string, string[]>();
		for (const word of withoutLonger([...new Set(words)])) {
			const part = PARTS.find((part) => word.includes(part)) ?? word;
			groups.set(part, [...(groups.get(part) ?? []), word]);
		}
		this.#groups = [...groups].map(([part, words]) => ({
			part: Buffer.from(part),
			words: words.map((word) => Buffer.from(word)),
		}));
	}

	matches(bytes: Buffer): boolean {
		return this.#groups.some(({ part, words }) => bytes.includes(part) && words.some((word) => bytes.includes(word)));
	}
}

/** A word that has another one inside is found with that one. */
function withoutLonger(words: readonly string[]): string[] {
	return words.filter((word) => !words.some((other) => other !== word && word.includes(other)));
}

/** The same for files some of whose words stand for others. */
export class Prefilters {
	readonly #words: readonly string[];
	readonly #plain: Prefilter;
	readonly #known = new Map<StandIns, Prefilter>();

	constructor(words: readonly string[]) {
		this.#words = words;
		this.#plain = new Prefilter(words);
	}

	/** @param standIns the same list as long as it is the same */
	of(standIns: StandIns): Prefilter {
		if (standIns.length === 0) return this.#plain;
		let prefilter = this.#known.get(standIns);
		if (!prefilter) {
			prefilter = new Prefilter([...this.#words, ...standIns.map(nameOf)]);
			this.#known.set(standIns, prefilter);
		}
		return prefilter;
	}
}
