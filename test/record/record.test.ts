/**
 * Bugs the kernel had, and correct code which looks like one.
 *
 * Every row has NAME.before.c, written for this test from the pattern of the bug, where markers say what must be found, and
 * NAME.after.c, the same with the fix. traps/ holds code in which nothing must be found. None of it is code of a kernel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { engine as loadEngine } from '../../server/src/cli/engine.js';
import type { Analysis, Finding } from '../../server/src/engine.js';
import { kernelFor } from '../../server/src/kernel/index.js';
import { placeOf } from '../rules/judge.js';
import { type MarkedCode, readMarkers } from '../rules/markers.js';
import { type Bug, bugs, trapPaths } from './bugs.js';

const folder = import.meta.dirname;
const engine = await loadEngine();

const KERNEL = '6.12';
const CLOSED = 'a known gap is closed: drop it from the table';
const DRIVER = 'drivers/misc/example.c';

function marked(name: string): MarkedCode {
	return readMarkers(readFileSync(join(folder, name), 'utf8'));
}

function analyse(code: string, path = DRIVER, kernel = KERNEL): Analysis {
	const analysis = engine.analyse(code, { path, kernel: kernelFor(kernel), fixes: false });
	// a function that could not be read would be silent for the wrong reason
	expect(analysis.unread).toEqual([]);
	return analysis;
}

function say(code: string, findings: readonly Finding[]): string[] {
	return findings.map((f) => `line ${placeOf(code, f).line + 1}: ${f.severity}[${f.rule}]: ${f.message}`);
}

/** Lines (0-based) that a finding is about: its own, and those its path leads over. */
function linesOf(code: string, finding: Finding): number[] {
	return [finding, ...finding.related].map((at) => placeOf(code, at).line);
}

/** What is wrong with the answer, as sentences. */
function judge({ code, markers }: MarkedCode, findings: readonly Finding[]): string[] {
	const complaints: string[] = [];
	const left = new Set(findings);
	for (const { rule, severity, line } of markers) {
		const found = [...left].find((f) => f.rule === rule && f.severity === severity && linesOf(code, f).includes(line));
		if (found) left.delete(found);
		else complaints.push(`expected, not found: line ${line + 1}: ${severity}[${rule}]`);
	}
	const rules = new Set(markers.map(({ rule }) => rule));
	const rest = [...left].filter(({ rule }) => rules.has(rule));
	return [...complaints, ...say(code, rest).map((finding) => `found, not expected: ${finding}`)];
}

describe.each(bugs)('$name', (bug: Bug) => {
	const { name, rule, path, kernel } = bug;

	const isFound = (): void => {
		const before = marked(`${name}.before.c`);
		expect(new Set(before.markers.map((marker) => marker.rule))).toEqual(new Set([rule]));
		const { findings } = analyse(before.code, path, kernel);
		const complaints = judge(before, findings);
		if (bug.missed === undefined) expect(complaints, say(before.code, findings).join('\n')).toEqual([]);
		else expect(complaints, CLOSED).not.toEqual([]);
	};
	if (rule !== null) it(`is found before the fix (${rule})`, isFound);

	it('is not reported after it', () => {
		const { code, markers } = marked(`${name}.after.c`);
		expect(markers).toEqual([]);
		const { findings } = analyse(code, path, kernel);
		const wrong = findings.filter((f) => f.rule === rule || f.severity === 'error' || f.severity === 'warning');
		if (bug.noise === undefined) expect(say(code, wrong)).toEqual([]);
		else expect(wrong, CLOSED).not.toEqual([]);
	});
});

describe('correct code that looks wrong', () => {
	const names = readdirSync(join(folder, 'traps'));

	it.each(names)('%s', (name) => {
		const { code, markers } = marked(join('traps', name));
		expect(markers).toEqual([]);
		expect(say(code, analyse(code, trapPaths[name]).findings)).toEqual([]);
	});
});

it('every file is judged, once with the bug and once without', () => {
	const files = readdirSync(folder).filter((name) => name.endsWith('.c'));
	expect(new Set(files)).toEqual(new Set(bugs.flatMap(({ name }) => [`${name}.before.c`, `${name}.after.c`])));
	for (const { name } of bugs) expect(marked(`${name}.before.c`).code, name).not.toBe(marked(`${name}.after.c`).code);
});
