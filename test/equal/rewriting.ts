/** One way to write a program differently, and what can be compared afterwards. */
import type { Candidate, Code } from './code.js';

export interface Rewriting {
	/** "a < b -> b > a" */
	readonly name: string;
	/** Places of a function where it applies; undefined for one that is about the whole text. */
	readonly places?: (code: Code) => readonly Candidate[];
	/** The whole text rewritten; undefined where it does not apply. */
	readonly whole?: (text: string) => string | undefined;
	/** Code stands elsewhere afterwards, so lines cannot be compared. */
	readonly moves?: boolean;
	/** Code stands there twice, or two pieces of code became one: how often the same is said cannot be compared. */
	readonly copies?: boolean;
}

/** Rewritings of expressions and statements, each by the node it is about. */
export type Rule = (code: Code) => readonly Candidate[];
