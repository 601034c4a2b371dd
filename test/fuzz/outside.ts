/** Inputs for the parsers of what comes from outside: right ones, mutated. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import fc from 'fast-check';
import type { AuditReport, AuditSite } from '../../server/src/audit/report.js';
import { fingerprints } from '../../server/src/cli/fingerprint.js';
import { prototype } from '../../server/src/explain/prototype.js';
import { ruleMetas } from '../../server/src/rules/index.js';
import { treeHeaders } from '../../server/src/workspace/treeKernel.js';
import type { Specimen } from '../support/specimens.js';
import type { Dice } from './dice.js';
import type { Input, Target } from './input.js';
import { mutated } from './mutate/index.js';
import { TEXT } from './mutate/text.js';
import { HOSTILE, NAMES } from './mutate/words.js';
import { kernelOf, opened, optionsOf } from './subject.js';

type Outside = Exclude<Target, 'code'>;

interface Made {
	readonly text: string;
	readonly neighbours?: Input['neighbours'];
	readonly path?: string;
}

/** @param specimen,other code that the input is about */
export function generateOther(seed: number, specimen: Specimen, other: Specimen, dice: Dice): Input {
	const target = dice.pick(Object.keys(MAKERS) as Outside[]);
	const base: Input = { seed, target, edits: [], neighbours: [], ...specimen };
	const { kernel, path } = base;
	return { seed, target, path, kernel, edits: [], neighbours: [], ...MAKERS[target](base, other.text, dice) };
}

const MAKERS: Readonly<Record<Outside, (specimen: Input, other: string, dice: Dice) => Made>> = {
	bytes: (specimen, other, dice) => ({
		text:
			Buffer.from(mutated(specimen.text, other, dice, dice.below(3))).toString('latin1') +
			(dice.chance(0.2) ? '\xC3' : ''),
	}),
	headers: (specimen, other, dice) => ({
		path: dice.pick([...treeHeaders, 'Makefile']),
		text: mutated(dice.chance(0.2) ? MAKEFILE : headerOf(specimen.kernel), other, dice, dice.below(6)),
	}),
	patch: ({ text, path }, other, dice) => {
		const changed = mutated(text, other, dice, 2);
		return { text: garbled(mailOf(path, text, changed, dice), other, dice), neighbours: [{ path, text }], path };
	},
	report: (specimen, _, dice) => ({ text: damaged(reportOf(specimen), dice) }),
	baseline: (specimen, _, dice) => ({ text: damaged(dice.chance(0.5) ? jsonOf(specimen) : sarifOf(specimen), dice) }),
	settings: (_, __, dice) => ({ text: damaged(SETTINGS, dice) }),
};

const MAKEFILE = 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\nKERNELVERSION = $(VERSION)\n';

function headerOf(version: string): string {
	const kernel = kernelOf(version);
	const flags = kernel.flags().map(({ name, span }) => `#define ${name} 0x${span?.value.toString(16)}`);
	const prototypes = kernel.apis().flatMap(({ name, signature }) => (signature ? prototype(name, signature) : []));
	return `${[...flags, 'enum {\n\tFOLL_A = 1 << 0,\n\tFOLL_B,\n};', ...prototypes].join('\n')}\n`;
}

function mailOf(path: string, before: string, after: string, dice: Dice): string {
	const diff = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
		headerOptions: FILE_HEADERS_ONLY,
	});
	if (dice.chance(0.2)) return diff;
	const git = `diff --git a/${path} b/${path}\n${dice.pick(['', '', 'index 1..2 100644\n', 'rename from a.c\nrename to b.c\n', 'old mode 1\nnew mode 2\n', 'copy from a\ncopy to ../b\n'])}${diff}`;
	const separator = 'From 4b825dc642cb6eb9a060e54bf8d69288fbee4904 Mon Sep 17 00:00:00 2001\n';
	const head =
		'From: =?UTF-8?q?Zo=C3=AB?= <zoe@example.org>\nDate: Mon, 1 Jul 2024 00:00:00 +0000\nSubject: [PATCH 1/2] mm: pin\n';
	const encoding = dice.pick([
		'',
		'Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n',
		'Content-Type: multipart/mixed; boundary=x\n',
		'Content-Transfer-Encoding: base64\n',
	]);
	const mail = `${head}${encoding}\nWhy.\n---\n${git}-- \n2.39\n`;
	return dice.chance(0.4) ? mail : (separator + mail).repeat(dice.between(1, 2));
}

function garbled(text: string, other: string, dice: Dice): string {
	let result = text;
	for (let left = dice.below(4); left > 0; left--) {
		if (dice.chance(0.4))
			result = result.replace(/\d+/g, (digits) =>
				dice.chance(0.05) ? dice.pick(['0', '-1', '99999999999', '']) : digits,
			);
		else result = dice.pick(TEXT)(result, dice, other);
	}
	return result;
}

const SETTINGS = JSON.stringify({
	kernel: '6.12',
	severity: Object.fromEntries(ruleMetas.map(({ id }) => [id, 'off'])),
	codeLens: { enable: true },
});

/** A report as `gup-lens audit --format json` writes it. */
function reportOf(specimen: Input): string {
	const { path, kernel, text } = specimen;
	const { sites } = opened((file) => file.audit(text, optionsOf(specimen)));
	const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
	const report: AuditReport = {
		tool: { name: 'gup-lens', version: '1.0.0' },
		kernel,
		files: 1,
		elapsedMs: 1,
		partial: false,
		shard: { index: 1, of: 1 },
		sites: sites.map(
			({ start, end: _, evidence, ...site }): AuditSite => ({
				...site,
				path,
				line: lineOf(start),
				evidence: evidence.map((one) => ({ path, line: lineOf(one.start), text: one.text })),
			}),
		),
		skipped: [{ path: 'a.c', reason: 'binary' }],
	};
	return JSON.stringify(report);
}

function printsOf(specimen: Input): readonly string[] {
	const { findings } = opened((file) => file.analyse(specimen.text, optionsOf(specimen)));
	return fingerprints(specimen.path, specimen.text, findings);
}

function jsonOf(specimen: Input): string {
	return JSON.stringify({ findings: printsOf(specimen).map((fingerprint) => ({ path: specimen.path, fingerprint })) });
}

function sarifOf(specimen: Input): string {
	const results = printsOf(specimen).map((print) => ({ partialFingerprints: { 'gupLensFinding/v1': print } }));
	return JSON.stringify({ version: '2.1.0', runs: [{ results }] });
}

/** Values that stand where others are expected. */
const STRANGE = fc.oneof(
	fc.jsonValue({ maxDepth: 2 }),
	fc.constantFrom<unknown>(
		null,
		[],
		{},
		'',
		0,
		-1,
		1e308,
		true,
		[null],
		[[]],
		{ length: 3 },
		'\uD800',
		'1/99999',
		...HOSTILE,
	),
	fc.constantFrom(...NAMES),
);

/** JSON with values replaced, keys taken out or put in, or with its text damaged. */
function damaged(json: string, dice: Dice): string {
	let value: unknown = JSON.parse(json);
	for (let left = dice.below(4); left > 0; left--) {
		const [strange] = fc.sample(STRANGE, { numRuns: 1, seed: dice.below(2 ** 31) });
		value = withOne(value, strange, dice);
	}
	const text = JSON.stringify(value) ?? '';
	return dice.chance(0.15) ? dice.pick(TEXT)(text, dice, json) : text;
}

/** The value with something in it replaced. */
function withOne(value: unknown, by: unknown, dice: Dice): unknown {
	if (typeof value !== 'object' || value === null || dice.chance(0.1)) return by;
	const keys = Object.keys(value);
	if (keys.length === 0) return by;
	const key = dice.pick(keys);
	const inner = (value as Record<string, unknown>)[key];
	if (Array.isArray(value)) {
		if (dice.chance(0.15)) return value.toSpliced(Number(key), 1);
		return value.with(Number(key), withOne(inner, by, dice));
	}
	if (dice.chance(0.1)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
	const name = dice.chance(0.05) ? dice.pick(NAMES) : key;
	return Object.fromEntries([...Object.entries(value), [name, withOne(inner, by, dice)]]);
}
