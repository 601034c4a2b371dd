/** Every page under docs/rules is run: what it says is found is found, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine as loadEngine } from '../../server/src/cli/engine.js';
import type { Engine, Finding } from '../../server/src/engine.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { fixAll, judge } from './judge.js';
import { type Example, type FixedBlock, fires, isSilent, readPage, SECTIONS } from './page.js';

const folder = fileURLToPath(new URL('../../docs/rules/', import.meta.url));
const INDEX = 'README.md';
/** Reported about the comments of the tool itself, by the engine and not by a rule. */
const SUPPRESSION = 'suppression';
/** A page shows at least so many blocks in which its rule speaks, and so many in which it is silent. */
const LEAST = 6;

const pages = readdirSync(folder)
	.filter((name) => name.endsWith('.md') && name !== INDEX)
	.map((name) => ({ rule: name.slice(0, -3), ...readPage(readFileSync(folder + name, 'utf8')) }));

let engine: Engine;
beforeAll(async () => {
	engine = await loadEngine();
});

function analyse(example: Example, text: string): readonly Finding[] {
	const kernel = example.kernel === 'assumed' ? newestKernel() : kernelFor(example.kernel);
	const { findings, unread } = engine.analyse(text, { path: example.path, kernel });
	// a function that could not be read would be silent for the wrong reason
	expect(unread).toEqual([]);
	return findings;
}

function agree(block: Example | FixedBlock, findings: readonly Finding[]): void {
	const complaints = judge(block, findings, block.line + 1);
	expect(complaints, complaints.join('\n')).toEqual([]);
}

function checkFixes(example: Example, rule: string): void {
	const { fixed } = example;
	if (fixed === undefined) return;
	const result = fixAll(example.code, rule, (text) => analyse(example, text));
	expect(result.text).toBe(fixed.code);
	for (const fix of result.applied)
		if (fixed.safe !== undefined) expect(fix, fix.title).toMatchObject({ safe: fixed.safe });
	agree(fixed, analyse(example, fixed.code));
}

it('every rule has a page, and every page a rule', () => {
	const rules = engine.rules.map(({ id }) => id);
	expect(new Set(pages.map(({ rule }) => rule))).toEqual(new Set([...rules, SUPPRESSION]));
});

describe.each(pages)('$rule', ({ rule, title, sections, examples }) => {
	it('is laid out as every page', () => {
		expect(title).toBe(rule);
		expect(sections).toEqual(SECTIONS);
		expect(examples.filter((example) => fires(example, rule)).length).toBeGreaterThanOrEqual(LEAST);
		expect(examples.filter((example) => isSilent(example, rule)).length).toBeGreaterThanOrEqual(LEAST);
	});

	it('shows the result of a fix exactly when the rule has one', () => {
		const fix = engine.rules.find(({ id }) => id === rule)?.fix ?? 'none';
		expect(examples.some(({ fixed }) => fixed !== undefined)).toBe(fix !== 'none');
	});

	it.each(examples.map((example) => [`line ${example.line}, ${example.section}, ${example.kernel}`, example] as const))(
		'%s',
		(_, example) => {
			const findings = analyse(example, example.code);
			agree(example, findings);
			if (example.noFix)
				expect(findings.filter((finding) => finding.rule === rule).flatMap(({ fixes }) => fixes)).toEqual([]);
			checkFixes(example, rule);
		},
	);
});
