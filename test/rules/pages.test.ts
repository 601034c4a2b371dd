/** Every page under docs/rules is run, with its examples: what it says is found is found, and nothing else. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine as loadEngine } from '../../server/src/cli/engine.js';
import type { Engine, Finding } from '../../server/src/engine.js';
import { kernelFor, newestKernel } from '../../server/src/kernel/index.js';
import { fixAll, judge } from './judge.js';
import { EXAMPLE_SECTIONS, type Example, type FixedBlock, fires, isSilent, readPage, SECTIONS } from './page.js';
import { examplesPath, pagePath, ruleNames } from './pages.js';

/** Reported about the comments of the tool itself, by the engine and not by a rule. */
const SUPPRESSION = 'suppression';
/** A page and its examples show at least so many blocks in which the rule speaks, and so many in which it is silent. */
const LEAST = 6;
/** Characters of a page for people, its two examples included. */
const LONGEST = 6000;

const pages = ruleNames().map((rule) => {
	const text = readFileSync(pagePath(rule), 'utf8');
	const more = readPage(readFileSync(examplesPath(rule), 'utf8'));
	return { rule, text, more, ...readPage(text) };
});

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

describe.each(pages)('$rule', ({ rule, text, title, sections, examples: own, more }) => {
	const examples = [...own, ...more.examples];

	it('is laid out as every page', () => {
		expect(title).toBe(rule);
		expect(sections).toEqual(SECTIONS);
		expect(text.length).toBeLessThan(LONGEST);
		expect(text).toContain(`(examples/${rule}.md)`);
		expect(more.title).toBe(`${rule}: examples`);
		expect(EXAMPLE_SECTIONS.filter((section) => more.sections.includes(section))).toEqual(more.sections);
	});

	it('shows one wrong and one right example, and the others on a page of their own', () => {
		expect(own.filter((example) => fires(example, rule))).toHaveLength(1);
		expect(own.filter((example) => isSilent(example, rule) || example.fixed !== undefined)).toHaveLength(1);
		expect(examples.filter((example) => fires(example, rule)).length).toBeGreaterThanOrEqual(LEAST);
		expect(examples.filter((example) => isSilent(example, rule)).length).toBeGreaterThanOrEqual(LEAST);
	});

	it('shows the result of a fix exactly when the rule has one', () => {
		const fix = engine.rules.find(({ id }) => id === rule)?.fix ?? 'none';
		expect(examples.some(({ fixed }) => fixed !== undefined)).toBe(fix !== 'none');
	});

	const named = ([page, blocks]: [string, readonly Example[]]) =>
		blocks.map((example) => [`${page}${example.line}, ${example.section}, ${example.kernel}`, example] as const);

	it.each([...named(['line ', own]), ...named(['examples, line ', more.examples])])('%s', (_, example) => {
		const findings = analyse(example, example.code);
		agree(example, findings);
		if (example.noFix)
			expect(findings.filter((finding) => finding.rule === rule).flatMap(({ fixes }) => fixes)).toEqual([]);
		checkFixes(example, rule);
	});
});
