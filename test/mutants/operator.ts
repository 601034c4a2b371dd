/** One way to put a fault into a program that is right. */
import type { Candidate } from '../equal/code.js';
import type { Subject } from './subject.js';

export const FAMILIES = ['pairing and lifetime', 'dirtying', 'flags and results', 'locks and context'] as const;
export type Family = (typeof FAMILIES)[number];

export interface Operator {
	/** "release dropped, error path" */
	readonly name: string;
	readonly family: Family;
	/** Rules one of which has to find it. */
	readonly rules: readonly string[];
	/** Places where it applies; those that change nothing that matters are left out, with the reason beside the test. */
	places(subject: Subject): readonly Candidate[];
}
