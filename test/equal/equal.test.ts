/**
 * Equal programs, equal findings: texts written differently in every way, and what is said of them. Each run looks at a sample
 * that is the same every time, and at every known gap; `npm run equal` looks at all.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { randomly } from '../../scripts/random.js';
import { kernelTree, TREES_HINT, treeVersion } from '../../scripts/trees.js';
import { excerpts } from '../fuzz/excerpts.js';
import { engine } from '../kernel/corpus.js';
import type { Specimen } from '../support/specimens.js';
import { type Gap, gaps, isOf, kernelGaps } from './gaps.js';
import type { Rewriting } from './rewriting.js';
import { rewritings } from './rewritings.js';
import { compare } from './run.js';
import { ownSpecimens } from './specimens.js';

/** Texts that each rewriting is tried on. */
const OWN = 10;
const OF_KERNEL = 3;
const CLOSED = 'a known gap has closed: drop it from test/equal/gaps.ts';

const own = ownSpecimens();

function isKnown({ name }: Rewriting, specimen: Specimen): boolean {
	return [...gaps, ...kernelGaps].some((gap) => gap.rewriting === name && isOf(gap, specimen));
}

/** The texts in an order that looks random. */
function shuffled(texts: readonly Specimen[], seed: number): Specimen[] {
	const random = randomly(seed);
	return texts
		.map((text) => ({ text, at: random() }))
		.sort((a, b) => a.at - b.at)
		.map(({ text }) => text);
}

/** What is said differently of some of the texts, as text. */
function differences(rewriting: Rewriting, texts: readonly Specimen[], most: number): string[] {
	const found: string[] = [];
	let tried = 0;
	for (const specimen of texts) {
		if (tried >= most) break;
		if (isKnown(rewriting, specimen)) continue;
		const result = compare(engine, specimen, rewriting);
		if (result === undefined) continue;
		tried++;
		if (result !== 'equal') found.push(`${specimen.name}\n${result.said.join('\n')}\n\n${result.text}`);
	}
	return found;
}

describe('the same is said of a program written differently', () => {
	it.each(rewritings.map((rewriting, i) => ({ name: rewriting.name, rewriting, i })))('$name', ({ rewriting, i }) => {
		expect(differences(rewriting, shuffled(own, i), OWN)).toEqual([]);
	});
});

/** One of the texts that a gap is about still differs. */
function isOpen(gap: Gap, texts: readonly Specimen[]): void {
	const rewriting = rewritings.find(({ name }) => name === gap.rewriting);
	const specimens = texts.filter((one) => isOf(gap, one));
	expect(rewriting, 'no such rewriting').toBeDefined();
	expect(specimens, 'no such text').not.toEqual([]);
	const differs = rewriting && specimens.some((specimen) => typeof compare(engine, specimen, rewriting) === 'object');
	expect(differs, CLOSED).toBe(true);
}

it.each(gaps)('known gap: $rewriting, $file, $word', (gap) => isOpen(gap, own));

describe('functions of a kernel', () => {
	const root = kernelTree('6.12');
	/** Of the files with calls that are labelled by hand. */
	const texts = (): Specimen[] => {
		if (!root) return [];
		const table = readFileSync(join(import.meta.dirname, '..', 'kernel', 'callsites-6.12.tsv'), 'utf8');
		const paths = new Set(table.split('\n').flatMap((row) => /^(\S+\.c)\t\d/.exec(row)?.[1] ?? []));
		for (const { file } of kernelGaps) paths.add(file);
		const kernel = treeVersion(root);
		return [...paths]
			.filter((path) => existsSync(join(root, path)))
			.flatMap((path) =>
				excerpts(readFileSync(join(root, path), 'utf8'), kernel).map((text, i) => ({
					name: `${path}#${i}`,
					text,
					path,
					kernel,
				})),
			);
	};

	const all = texts();
	const hint = root ? '' : ` (${TREES_HINT})`;

	it.skipIf(!root)(`are found alike${hint}`, { timeout: 300_000 }, () => {
		expect(all.length).toBeGreaterThan(100);
		const found = rewritings.flatMap((rewriting, i) =>
			differences(rewriting, shuffled(all, i).slice(0, 20), OF_KERNEL).map((text) => `${rewriting.name}: ${text}`),
		);
		expect(found).toEqual([]);
	});

	it.skipIf(!root).each(kernelGaps)(`known gap: $rewriting, $file${hint}`, (gap) => isOpen(gap, all));
});
