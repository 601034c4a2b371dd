/** Holds an input to the properties of its target. */
import { livingTrees } from '../support/livingTrees.js';
import { Dice } from './dice.js';
import type { Input } from './input.js';
import { PROPERTIES } from './properties/index.js';
import type { Property } from './properties/property.js';
import { Violation } from './violation.js';

export interface Failure {
	readonly property: string;
	/** The same for each case of it. */
	readonly what: string;
	/** Of this case. */
	readonly message: string;
}

/** Names the kind of a failure. */
export function kindOf({ property, what }: Failure): string {
	return `${property}: ${what}`;
}

/** Share of `failuresOf` with which an input is held to each property. */
export const ALL = Number.POSITIVE_INFINITY;

/** @param share 1: each property as often as it says; less: less often; `ALL`: every one */
export async function failuresOf(
	input: Input,
	share = 1,
	properties: readonly Property[] = PROPERTIES,
): Promise<readonly Failure[]> {
	const dice = new Dice(input.seed);
	const failures: Failure[] = [];
	for (const property of properties) {
		if (property.target !== input.target) continue;
		const failure = dice.chance(property.share * share) ? await failureOf(property, input) : undefined;
		if (failure) failures.push(failure);
	}
	return failures;
}

/** Whether an input fails in just this way. */
export async function failsAs(
	input: Input,
	{ property, what }: Failure,
	properties: readonly Property[] = PROPERTIES,
): Promise<boolean> {
	const asked = properties.find(({ name }) => name === property);
	return asked !== undefined && (await failureOf(asked, input))?.what === what;
}

async function failureOf(property: Property, input: Input): Promise<Failure | undefined> {
	const before = livingTrees();
	try {
		await property.check(input, new Dice(input.seed ^ nameHash(property.name)));
	} catch (error) {
		return { property: property.name, what: whatOf(error), message: messageOf(error) };
	}
	const left = livingTrees() - before;
	return left === 0
		? undefined
		: { property: property.name, what: 'syntax trees are not freed', message: `${left} syntax trees are not freed` };
}

/** Each property has choices of its own: that another one is asked as well moves none of them. */
function nameHash(name: string): number {
	return [...name].reduce((hash, char) => Math.imul(hash, 31) + (char.codePointAt(0) as number), 7);
}

/** An exception is known by its words without numbers and quotations, and by where it was thrown. */
function whatOf(error: unknown): string {
	if (error instanceof Violation) return error.what;
	if (!(error instanceof Error)) return `threw ${typeof error}`;
	const words = error.message
		.replace(/\d+/g, 'N')
		.replace(/(["'`]).*\1/gs, '...')
		.slice(0, 100);
	const place = /^\s+at (?:async )?(?:new )?([\w.$<>[\] ]+) \(/m.exec(error.stack ?? '')?.[1];
	return `${error.name}: ${words}${place ? ` in ${place}` : ''}`;
}

function messageOf(error: unknown): string {
	if (error instanceof Violation) return error.message;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
