/** Which arms of the `#if` groups inside a function are read together, so that each of our words is read at least once. */
import { type Conditions, type Group, groupsBetween } from './conditions.js';
import { activeTokens, type Choices } from './macro-normalisation.js';
import { chosenArm, type Item } from './outline.js';
import { type Tokens, tokenText } from './tokens.js';

/** Groups around one word; compilers must take 63. */
const DEEPEST_NESTING = 64;
/** Tokens of all readings of one function, beyond a few times those it has. */
const MOST_TOKENS = 40_000;
const MOST_TIMES = 4;
/** A reading costs its blanks as well: characters that count as a token. */
const BLANKS = 32;

export interface Readings {
	/** The default arms first. */
	readonly choices: readonly Choices[];
	/** Some word stands in an arm that none of them reads. */
	readonly incomplete: boolean;
}

/** Which arm of a group is read. */
interface Decision {
	readonly group: Group;
	readonly index: number;
}

/** Groups that ask the same are answered alike: by what they ask. */
type Answers = Map<string, number>;

/** @param words token indices, ascending */
export function readingsOf(tokens: Tokens, conditions: Conditions, item: Item, words: readonly number[]): Readings {
	const plain: Readings = { choices: [new Map()], incomplete: false };
	return item.groups.length === 0 ? plain : new Search(tokens, conditions, item).run(words);
}

class Search {
	private readonly tokens: Tokens;
	private readonly conditions: Conditions;
	private readonly item: Item;
	/** In the order they open. */
	private readonly groups: readonly Group[];
	private readonly questions = new Map<Group, string>();
	private incomplete = false;
	private spent = 0;
	private readonly limit: number;

	constructor(tokens: Tokens, conditions: Conditions, item: Item) {
		this.tokens = tokens;
		this.conditions = conditions;
		this.item = item;
		this.groups = groupsBetween(conditions, item.first, item.last);
		this.limit = MOST_TOKENS + MOST_TIMES * (item.last - item.first);
	}

	run(words: readonly number[]): Readings {
		const choices: Choices[] = [new Map()];
		const around = this.decisions(words);
		let left = this.unread([...around.keys()], new Map());
		while (left.length > 0 && this.spent <= this.limit) {
			const next = this.together(left, around);
			choices.push(next);
			left = this.unread(left, next);
		}
		return { choices, incomplete: this.incomplete || left.length > 0 };
	}

	/** Words that a reading leaves out. */
	private unread(words: readonly number[], choices: Choices): readonly number[] {
		const { tokens, item } = this;
		const active = activeTokens(tokens, this.conditions, item, choices);
		const span = (tokens.ends[item.last - 1] as number) - (tokens.starts[item.first] as number);
		this.spent += active.length + Math.ceil(span / BLANKS);
		let at = 0;
		return words.filter((word) => {
			while (at < active.length && (active[at] as number) < word) at++;
			return active[at] !== word;
		});
	}

	/** The arms around the first word, and around every other that goes with those before it. */
	private together(words: readonly number[], around: ReadonlyMap<number, readonly Decision[]>): Choices {
		const answers: Answers = new Map();
		const fixed = new Map<Group, number>();
		const agree = ({ group, index }: Decision): boolean =>
			(fixed.get(group) ?? answers.get(this.question(group)) ?? index) === index;
		for (const word of words) {
			const decisions = around.get(word) ?? [];
			if (fixed.size > 0 && !decisions.every(agree)) continue;
			for (const { group, index } of decisions) {
				fixed.set(group, index);
				const question = this.question(group);
				if (!answers.has(question)) answers.set(question, index);
			}
		}
		const choices = new Map<Group, number>();
		for (const group of this.groups) {
			const index = fixed.get(group) ?? answers.get(this.question(group));
			const arm = index === undefined ? undefined : group.arms[index];
			if (index !== undefined && arm && arm.truth !== 'no' && arm !== chosenArm(group, undefined))
				choices.set(group, index);
		}
		return choices;
	}

	/** The arms each word stands in, outer first; words in arms that are never compiled are left out. */
	private decisions(words: readonly number[]): ReadonlyMap<number, readonly Decision[]> {
		const found = new Map<number, readonly Decision[]>();
		const open: Group[] = [];
		const closeBefore = (token: number): void => {
			while ((open.at(-1)?.end ?? token) < token) open.pop();
		};
		let next = 0;
		for (const word of words) {
			for (let group = this.groups[next]; group && opening(group) < word; group = this.groups[++next]) {
				closeBefore(opening(group));
				open.push(group);
			}
			closeBefore(word);
			if (open.length > DEEPEST_NESTING) {
				this.incomplete = true;
				continue;
			}
			const decisions = open.map((group) => ({ group, index: armAt(group, word) }));
			if (decisions.every(({ group, index }) => index >= 0 && group.arms[index]?.truth !== 'no'))
				found.set(word, decisions);
		}
		return found;
	}

	/** The tests of a group as written. */
	private question(group: Group): string {
		let question = this.questions.get(group);
		if (question === undefined) {
			question = group.arms.map((arm) => tokenText(this.tokens, arm.directive).replace(/\s+/g, ' ')).join('\n');
			this.questions.set(group, question);
		}
		return question;
	}
}

function opening(group: Group): number {
	return group.arms[0]?.directive ?? 0;
}

/** Index of the arm a token stands in, or -1. */
function armAt(group: Group, token: number): number {
	let low = 0;
	let high = group.arms.length - 1;
	while (low <= high) {
		const mid = (low + high) >> 1;
		const arm = group.arms[mid] as Group['arms'][number];
		if (arm.first > token) high = mid - 1;
		else if (arm.last <= token) low = mid + 1;
		else return mid;
	}
	return -1;
}
