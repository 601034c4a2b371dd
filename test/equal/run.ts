/** Every rewriting of every text, and what the engine says differently of it. */
import type { Engine } from '../../server/src/engine.js';
import type { Specimen } from '../support/specimens.js';
import { applied, placesOf, type Rewritten, rewrite } from './apply.js';
import { disagreements, type Observation, observe } from './observe.js';
import type { Rewriting } from './rewriting.js';

/** A text of which the engine says something else once it is written differently. */
export interface Disagreement {
	readonly specimen: Specimen;
	readonly rewriting: Rewriting;
	/** The rewritten text: of one place where one is enough, else of all. */
	readonly text: string;
	/** "- gup-leak in f, line 7", "+ ..." */
	readonly said: readonly string[];
}

export interface Outcome {
	/** Rewritten texts. */
	readonly texts: number;
	readonly found: readonly Disagreement[];
}

const known = new WeakMap<Specimen, Observation>();

/** @returns undefined where the rewriting does not apply to the text */
export function compare(engine: Engine, specimen: Specimen, rewriting: Rewriting): Disagreement | 'equal' | undefined {
	const rewritten = rewrite(specimen.text, rewriting);
	if (!rewritten) return undefined;
	const before = known.get(specimen) ?? observe(engine, specimen.text, specimen);
	known.set(specimen, before);
	const said = saidOf(engine, specimen, rewriting, before, rewritten);
	if (said.length === 0) return 'equal';
	return smallest(engine, specimen, rewriting, before) ?? { specimen, rewriting, text: rewritten.text, said };
}

function saidOf(
	engine: Engine,
	specimen: Specimen,
	rewriting: Rewriting,
	before: Observation,
	rewritten: Rewritten,
): string[] {
	return disagreements(specimen.text, before, rewritten, observe(engine, rewritten.text, specimen), rewriting);
}

/** The first place that is enough by itself. */
function smallest(
	engine: Engine,
	specimen: Specimen,
	rewriting: Rewriting,
	before: Observation,
): Disagreement | undefined {
	for (const candidate of placesOf(specimen.text, rewriting).slice(0, 40)) {
		const rewritten = applied(specimen.text, [candidate]);
		if (!rewritten) continue;
		const said = saidOf(engine, specimen, rewriting, before, rewritten);
		if (said.length > 0) return { specimen, rewriting, text: rewritten.text, said };
	}
	return undefined;
}
