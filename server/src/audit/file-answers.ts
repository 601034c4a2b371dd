/**
 * What the engine answered about single files, kept by what it was given: a change elsewhere in their folder costs nothing. Its
 * answers follow from the file, the facts of the kernel and the files beside it that it was given, and from nothing else.
 */
import type { CrossFileDependencies, Neighbour } from '../engine.js';
import { memoize } from '../syntax/memoize.js';
import { exactly, isBoolean, isString, listOf } from '../workspace/shape.js';
import { type Cache, digest } from './cache.js';
import { asksVersion } from './folder.js';
import { areResults, type FileResult, type KernelFacts } from './results.js';
import { packJson, unpackJson } from './sections.js';

interface Need {
	/** Names the neighbours that were known by then. */
	readonly beside: string;
	readonly needs: CrossFileDependencies;
}

/** The answers about one file. */
interface Entry {
	/** Version of the kernel where an answer depends on it, else empty. */
	readonly version: string;
	readonly needs: readonly Need[];
	/** Names the neighbours that the result was found with. */
	readonly beside: string;
	/** One. */
	readonly results: readonly FileResult[];
}

const isName = listOf(isString);

const isEntry = (value: unknown): value is Entry =>
	exactly({
		version: isString,
		beside: isString,
		results: areResults,
		needs: listOf(
			exactly({
				beside: isString,
				needs: exactly({
					functions: listOf(exactly({ name: isString, fields: isName })),
					fields: listOf(exactly({ record: isString, field: isString })),
					headers: listOf(exactly({ name: isString, isAngled: isBoolean, from: isString })),
				}),
			}),
		),
	})(value);

/** Names a text; the same object is asked about for each file of its folder. */
const digestOf = memoize(({ text }: Neighbour): string => digest(text));

function named(neighbours: readonly Neighbour[]): string {
	return digest(
		...neighbours.flatMap((one) => [one.path, one.angled ?? '', one.isForced ? 'forced' : '', digestOf(one)]),
	);
}

/** Opens the answers about files that are judged alike. */
export class KeptAnswers {
	readonly #cache: Cache;
	readonly #facts: KernelFacts;
	readonly #judgedBy: string;

	constructor(cache: Cache, facts: KernelFacts, knownUsers: boolean) {
		this.#cache = cache;
		this.#facts = facts;
		this.#judgedBy = digest(facts.release, String(knownUsers));
	}

	/** @param path as the engine knows it */
	of(path: string, text: string): FileAnswers {
		return new FileAnswers(this.#cache, digest(this.#judgedBy, path, text), text, this.#facts.version);
	}
}

/** What is known of one file, and what is found out about it. */
export class FileAnswers {
	readonly #cache: Cache;
	readonly #name: string;
	readonly #text: string;
	readonly #version: string;
	readonly #known: Entry | undefined;
	readonly #needs: Need[] = [];

	constructor(cache: Cache, name: string, text: string, version: string) {
		this.#cache = cache;
		this.#name = name;
		this.#text = text;
		this.#version = version;
		const bytes = cache.get('files', name);
		const stored = bytes && unpackJson(bytes);
		if (isEntry(stored) && (stored.version === '' || stored.version === version)) this.#known = stored;
	}

	/** What the file needs beside these neighbours. @param ask the engine, where it is not known */
	needs(neighbours: readonly Neighbour[], ask: () => CrossFileDependencies): CrossFileDependencies {
		const beside = named(neighbours);
		const known = this.#known?.needs.find((one) => one.beside === beside);
		const needs = known?.needs ?? ask();
		this.#needs.push({ beside, needs });
		return needs;
	}

	/** The result, where the file was analysed with just these neighbours. */
	result(neighbours: readonly Neighbour[]): FileResult | undefined {
		return this.#known?.beside === named(neighbours) ? this.#known.results[0] : undefined;
	}

	/** What was not read to its end is not kept. */
	put(neighbours: readonly Neighbour[], result: FileResult): void {
		if (!result.whole) return;
		const answers = { needs: this.#needs, beside: named(neighbours), results: [result] };
		const packed = packJson({ version: '', ...answers });
		const isOfVersion =
			Buffer.from(packed).includes(this.#version) ||
			[this.#text, ...neighbours.map(({ text }) => text)].some(asksVersion);
		this.#cache.put('files', this.#name, isOfVersion ? packJson({ version: this.#version, ...answers }) : packed);
	}
}
