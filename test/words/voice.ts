/** Everything the engine says about the examples of the rule pages, the record of bugs and the drivers of examples/. */
import type { Engine, Finding, Offer, Site } from '../../server/src/engine.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { examples, pages, records, type Specimen } from '../support/specimens.js';

export interface Voice {
	readonly findings: readonly Finding[];
	readonly offers: readonly Offer[];
	readonly sites: readonly Site[];
}

function heard(engine: Engine, { text, path, kernel }: Specimen): Voice {
	const options = { path, kernel: kernel === 'assumed' ? newestKernel() : kernelFor(kernel), neighbours: [] };
	const file = engine.open();
	try {
		const { findings, sites } = file.audit(text, options);
		return { findings, sites, offers: file.offers(text, options) };
	} finally {
		file.dispose();
	}
}

export function voices(engine: Engine): readonly Voice[] {
	return [...pages(), ...examples(), ...records()].map((specimen) => heard(engine, specimen));
}

/** A sentence without what it names, so that the same sentence about another driver counts once. */
function shapeOf(sentence: string): string {
	return sentence
		.replace(/^[^: ]+: /, 'x: ')
		.replace(/`[^`]*`/g, '`x`')
		.replace(/[\w.>[\]*&-]*\w\(\)/g, 'f()')
		.replace(/'[^']*'/g, "'x'")
		.replace(/\bFOLL_\w+/g, 'FOLL')
		.replace(/[\w\]]*(?:->|[_.])[\w[\]>.-]*\w/g, 'x')
		.replace(/\d+/g, 'N');
}

/** The first sentence of each shape, sorted. */
export function distinct(sentences: Iterable<string>): readonly string[] {
	const found = new Map<string, string>();
	for (const sentence of sentences) {
		const shape = shapeOf(sentence);
		if (!found.has(shape)) found.set(shape, sentence);
	}
	return [...found.values()].sort((a, b) => (a < b ? -1 : 1));
}
