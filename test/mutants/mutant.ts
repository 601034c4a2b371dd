/** A function with one fault in it, and whether it is found. */
import type { AnalyseOptions, Finding, OpenFile } from '../../server/src/engine.js';
import { applied } from '../equal/apply.js';
import type { Candidate } from '../equal/code.js';
import type { Operator } from './operator.js';
import { codesOf, type Subject } from './subject.js';

export interface Mutant {
	readonly subject: Subject;
	readonly operator: Operator;
	readonly candidate: Candidate;
	/** Of the file with the fault. */
	readonly text: string;
	/** Of the first change in the file without it, from 1. */
	readonly line: number;
}

/** Nothing for a function of which these rules already say something: a second finding would be hidden by the first. */
export function mutantsOf(subject: Subject, operator: Operator, findings: readonly Finding[]): Mutant[] {
	const isTold = findings.some((one) => one.function === subject.name && operator.rules.includes(one.rule));
	if (isTold) return [];
	return operator.places(subject).flatMap((candidate) => {
		const { text } = subject.file;
		const changed = applied(text, [candidate]);
		const start = candidate.find(({ text: put }) => !put.startsWith('static DEFINE_SPINLOCK'))?.start;
		if (!changed || start === undefined || changed.text === text) return [];
		const line = text.slice(0, start).split('\n').length;
		return { subject, operator, candidate, text: changed.text, line };
	});
}

/** The changed function can still be read without an error. */
export function isValid({ subject, text }: Mutant): boolean {
	return codesOf(text, subject.kernel.version, subject.name).length > 0;
}

export function optionsOf({ file, kernel }: Subject): AnalyseOptions {
	return { path: file.path, kernel, neighbours: file.neighbours, fixes: false };
}

function keyOf({ rule, function: name, message }: Finding): string {
	return `${rule}|${name}|${message}`;
}

/** A rule of the operator says what it did not say of the file without the fault. @param open file of the subject */
export function isFound(mutant: Mutant, open: OpenFile, before: readonly Finding[]): boolean {
	const counts = new Map<string, number>();
	for (const finding of before) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
	const { findings } = open.analyse(mutant.text, optionsOf(mutant.subject));
	return findings.some((finding) => {
		const left = counts.get(keyOf(finding)) ?? 0;
		counts.set(keyOf(finding), left - 1);
		return left <= 0 && mutant.operator.rules.includes(finding.rule);
	});
}
