/** What softening does to the functions of a file: for the benchmark, and for the bound that the tests hold it to. */
import { needles } from '../../server/src/engine.js';
import { conditions } from '../../server/src/syntax/conditions.js';
import { normaliseFunction } from '../../server/src/syntax/macro-normalisation.js';
import { outline } from '../../server/src/syntax/outline.js';
import { tokenize } from '../../server/src/syntax/tokens.js';

export interface Softened {
	/** The function as written. */
	readonly raw: string;
	/** The same as the parser gets it: every offset stays, one blank is added at the end. */
	readonly soft: string;
	/** It names the family. */
	readonly named: boolean;
	/** UTF-16 units that were blanked, and those of the body. */
	readonly blanked: number;
	readonly body: number;
}

/** @param version of the kernel, "6.12.117", which decides the arms of `#if` */
export function* softenedFunctions(text: string, version: string): Generator<Softened> {
	const tokens = tokenize(text);
	const groups = conditions(tokens, { version });
	for (const item of outline(tokens, groups)) {
		if (item.kind !== 'function') continue;
		const end = tokens.ends[item.last - 1] ?? 0;
		const raw = text.slice(tokens.starts[item.first], end);
		const { text: soft, blanked } = normaliseFunction(tokens, groups, item, new Map());
		const named = needles.some((needle) => raw.includes(needle));
		yield { raw, soft, named, blanked, body: end - (tokens.starts[item.body] ?? 0) };
	}
}
