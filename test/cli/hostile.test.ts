/** A tree that tries everything a name, an identifier or a text can hold on whoever reads what is printed of it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compare } from '../../server/src/audit/compare.js';
import { readReport } from '../../server/src/audit/readReport.js';
import type { AuditReport } from '../../server/src/audit/report.js';
import { auditMarkdown, siteMarkdown } from '../../server/src/audit/reports/markdown.js';
import { auditText } from '../../server/src/audit/reports/text.js';
import { auditSarif } from '../../server/src/cli/formats/auditSarif.js';
import { oneLine, printable, sentence } from '../../server/src/workspace/wording.js';
import { auditOf, CONVERT, KERNEL, OK } from '../audit/fixtures.js';
import { ATTACH, DETACH } from '../support/dunlin.js';
import { scratch } from '../support/scratch.js';
import { LOCKED, NULL_PAGES, PIN_FLAG } from './fixtures.js';
import { cli, type Outcome } from './run.js';

/** Colours and the title of a terminal, a bell, lines, C1, directions, what has no width, a link of a terminal. */
const NASTY: readonly string[] = [
	'\u001b[31m',
	'\u001b]0;title\u0007',
	'\u001b]8;;http:evil\u001b\\',
	'\b\b\b',
	'\u007f',
	'\r',
	'\n',
	'\u0085',
	'\u009b31m',
	'\u200b',
	'\u200e\u200f',
	'\u2028\u2029',
	'\u202a\u202e',
	'\u2066\u2069',
	'\u061c',
	'\ufeff',
	'\u{e0041}',
];
/** What other readers act on: workflow commands, tables, links, formulas, tags. */
const MARKUP: readonly string[] = [
	'\n::set-output name=x::y',
	'%0A::error::x',
	'\n##[error]x',
	'`code``',
	'a|b',
	'](evil)[',
	'<script>alert(1)<',
	'=cmd()',
	'@x',
	'"quoted"',
];

/** Everything but ends of lines and tabs that is acted on and not seen. */
const UNSEEN = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const COLOUR = /\u001b\[\d{1,2}m/g;

const on612 = ['--kernel', '6.12'];
const strings = [...NASTY, ...MARKUP];
const inName = (nasty: string) => nasty.replaceAll('/', '');
/** What an identifier is made of that the tokeniser takes for one. */
const inWord = NASTY.filter((nasty) => /^[\u0080-\uffff]+$/.test(nasty)).join('');

/** Code with findings, hostile text around them, and functions whose names are hostile, which nobody can parse. */
function code(nasty: string): string {
	const comment = `/* ${nasty.replaceAll('*/', '').replace(/[\n\r]/g, '')} */`;
	const literal = `"${nasty.replace(/["\n\r\\]/g, '')}"`;
	const plain = [PIN_FLAG, LOCKED, NULL_PAGES, CONVERT, OK];
	const odd = plain.map((one, i) => one.replace(/swift|crane|stork|grab|peek/g, (name) => `${name}${inWord}${i}`));
	return `/* ${nasty.replaceAll('*/', '')} */\n${[...plain, ...odd].join('\n')}`
		.replaceAll('FOLL_WRITE', `FOLL_WRITE ${comment}`)
		.concat(`\nint last(void)\n{\n\treturn get_user_pages(1, 1, ${comment} ${literal} == 7, 0);\n}\n`);
}

function hostile(): string {
	return scratch({
		...KERNEL,
		...Object.fromEntries(strings.map((nasty, i) => [`d${i}${inName(nasty)}/x${inName(nasty)}.c`, code(nasty)])),
		'drivers/dunlin/attach.c': ATTACH.replace(
			'\n{',
			` /* ${inWord} */\n{ /* ${NASTY.join('').replace(/[\n\r]/g, '')} */`,
		),
		'drivers/dunlin/detach.c': DETACH,
		[`drivers/dunlin/${inName(strings.join(''))}.c`]: PIN_FLAG,
	});
}

/** A result of SARIF, as far as it matters here. */
interface Located {
	readonly locations: readonly [{ readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }];
}

function isSafe(text: string, what: string): void {
	const at = text.search(UNSEEN);
	const around = JSON.stringify(text.slice(Math.max(0, at - 60), at + 20));
	expect(at, `${what}: ${around}`).toBe(-1);
}

function areSafe({ stdout, stderr }: Outcome, what: string): void {
	isSafe(stdout, `standard output of ${what}`);
	isSafe(stderr, `standard error of ${what}`);
	expect(stderr, what).not.toMatch(/^ {4}at /m);
	for (const line of stderr.split('\n').filter(Boolean))
		expect(line, what).toMatch(/^(?:gup-lens: | {2}gup-lens fix --rule |See "gup-lens|\(Did you mean)/);
}

describe('nothing but what is seen is printed by', () => {
	test.each(['text', 'json', 'sarif', 'github'])('check --format %s', async (format) => {
		const outcome = await cli(['check', '.', '--format', format], { cwd: hostile() });
		expect(outcome.code).toBe(1);
		areSafe(outcome, format);
	});

	test('check in colour, but for the colours', async () => {
		const { stdout } = await cli(['check', '.'], { cwd: hostile(), colour: true });
		expect(stdout).toMatch(COLOUR);
		isSafe(stdout.replace(COLOUR, ''), 'colour');
	});

	test.each(['text', 'markdown', 'csv', 'json', 'sarif', 'html'])('audit --format %s', async (format) => {
		const outcome = await auditOf([hostile(), '--format', format, '--no-cache']);
		expect(outcome.code).toBe(0);
		areSafe({ ...outcome, stdout: outcome.stdout.replace(format === 'csv' ? /\r\n/g : /$/, '\n') }, format);
	});

	test.each(['text', 'markdown', 'html'])('audit --compare as %s', async (format) => {
		const cwd = hostile();
		const other = join(cwd, '..', `other${inName(strings.slice(0, 5).join(''))}`);
		mkdirSync(other, { recursive: true });
		writeFileSync(join(other, 'a.c'), OK);
		const outcome = await auditOf([cwd, '--compare', other, '--format', format, '--no-cache', ...on612]);
		expect(outcome.code).toBe(0);
		areSafe(outcome, format);
	});

	test('audit -o and merge, of files whose own names are hostile', async () => {
		const cwd = scratch();
		for (const [i, nasty] of strings.entries()) {
			const name = `${i}${inName(nasty)}.json`;
			const written = await auditOf([hostile(), '-o', name, '--no-cache'], { cwd });
			if (i === 0) areSafe(await cli(['merge', name, name], { cwd }), 'merge twice');
			areSafe(written, name);
			areSafe(await cli(['merge', name, '--format', 'text'], { cwd }), name);
			areSafe(await auditOf([`gone${nasty}`, '-o', `no${nasty}/${name}`], { cwd }), `gone ${name}`);
			if (i > 4) break;
		}
	});

	test('fix, in its words', async () => {
		const cwd = hostile();
		areSafe(await cli(['fix', '.'], { cwd }), 'fix');
		const diff = await cli(['fix', '.', '--dry-run', '--unsafe'], { cwd });
		isSafe(diff.stderr, 'fix --dry-run');
		const heads = diff.stdout.split('\n').filter((line) => /^(?:---|\+\+\+) (?:"?[ab]\/)/.test(line));
		expect(heads.length).toBeGreaterThan(strings.length);
		for (const head of heads) isSafe(head, head);
	});

	test.each([['--dry-run'], ['--format', 'patch'], ['--emit-cocci']])('conversions as %s', async (...how) => {
		const cwd = hostile();
		const outcome = await cli(['fix', '.', '--rule', 'foll-get-for-dma', ...how], { cwd });
		isSafe(outcome.stderr, how.join(' '));
		expect(outcome.stdout).toContain('pin_user_pages_fast');
		// What a diff has of a file is the file's own, byte for byte.
		const words = outcome.stdout
			.split('\n')
			.filter((line) => how[0] === '--emit-cocci' || !/^[ +-](?!--|\+\+)/.test(line));
		for (const line of words.filter((line) => !line.startsWith('@@'))) isSafe(line, line);
	});

	test('conversions as a series', async () => {
		const cwd = hostile();
		const people = strings.map(
			(nasty) => `M:\tA${nasty}B <a@example.org>\nL:\t${nasty}@example.org\nF:\t*\nF:\t*/\nN:\t${nasty}`,
		);
		writeFileSync(join(cwd, 'MAINTAINERS'), `HOSTILE\n${people.join('\n')}\n`);
		const outcome = await cli(['fix', '.', '--rule', 'foll-get-for-dma', '--series', 'out'], { cwd });
		areSafe(outcome, 'fix --series');
		const names = readdirSync(join(cwd, 'out'));
		expect(names.length).toBeGreaterThan(0);
		for (const name of names) {
			expect(name).toMatch(/^\d{4}-[\w.-]+\.patch$/);
			const text = readFileSync(join(cwd, 'out', name), 'utf8');
			const words = text.split('\n').filter((line) => !/^[ +-](?!--|\+\+)/.test(line) && !line.startsWith('@@'));
			for (const line of words) isSafe(line, line);
			const head = text.slice(0, text.indexOf('\n\n'));
			for (const line of head.split('\n').slice(1)) expect(line).toMatch(/^(?:[A-Z][\w-]+: |\t| )/);
		}
	});

	test('explain --flow', async () => {
		const cwd = hostile();
		for (const [i, nasty] of strings.entries()) {
			const place = `d${i}${inName(nasty)}/x${inName(nasty)}.c`;
			const lines = readFileSync(join(cwd, place), 'utf8').split('\n');
			for (const [at, line] of lines.entries())
				if (/(?:get|pin)_user_pages/.test(line))
					areSafe(await cli(['explain', '--flow', `${place}:${at + 1}`], { cwd }), place);
		}
	});

	test('whoever is told that he is wrong', async () => {
		const cwd = hostile();
		for (const nasty of strings) {
			for (const argv of [
				['check', `gone${nasty}.c`],
				['check', '.', '--format', nasty],
				['check', '.', '--rule', `${nasty}=off`],
				['check', '.', '--rule', `gup-leak=${nasty}`],
				['check', '.', '--kernel', nasty],
				['check', '--diff', `x${nasty}`],
				['check', '--patch', `gone${nasty}`],
				['check', '.', '--baseline', `gone${nasty}`],
				['check', `--${nasty}`],
				['check', '-', '--stdin-path', `${nasty}.txt`],
				['explain', nasty],
				['explain', '--flow', nasty],
				['explain', '--flow', `${nasty}:1`],
				['fix', '.', '--rule', nasty],
				['audit', `gone${nasty}`],
				['audit', '.', '-o', `a.${nasty}`],
				['audit', '.', '--compare', `gone${nasty}`],
				['merge', `gone${nasty}`],
				[nasty],
			])
				areSafe(await cli(argv, { cwd, stdin: `${PIN_FLAG}\0` }), JSON.stringify(argv));
		}
	});
});

describe('what is printed can be read again', () => {
	test('JSON has the very names', async () => {
		const cwd = scratch(Object.fromEntries(strings.map((nasty, i) => [`${i}${inName(nasty)}.c`, PIN_FLAG])));
		const { stdout } = await cli(['check', '.', '--format', 'json', ...on612], { cwd });
		const paths = JSON.parse(stdout).findings.map(({ path }: { path: string }) => path);
		expect(paths.toSorted()).toEqual(strings.map((nasty, i) => `${i}${inName(nasty)}.c`).toSorted());
		const sarif = JSON.parse((await cli(['check', '.', '--format', 'sarif', ...on612], { cwd })).stdout);
		const uris = sarif.runs[0].results.map(({ locations: [{ physicalLocation }] }: Located) =>
			decodeURIComponent(physicalLocation.artifactLocation.uri),
		);
		expect(uris.toSorted()).toEqual(paths.toSorted());
	});

	test('one workflow command stands on each line of github, and it is ours', async () => {
		const { stdout } = await cli(['check', '.', '--format', 'github'], { cwd: hostile() });
		const lines = stdout.trimEnd().split('\n');
		expect(lines.length).toBeGreaterThan(strings.length);
		for (const line of lines)
			expect(line).toMatch(/^::(?:error|warning|notice) file=[^,:]+,line=\d+,endLine=\d+(?:,\w+=[^,:]+)*::/);
	});

	test('a page shows the code of a file whatever its name', async () => {
		const cwd = hostile();
		const { stdout } = await auditOf([cwd, '--format', 'html', '--no-cache']);
		expect(stdout.match(/<figure class="code">/g)?.length).toBeGreaterThan(strings.length);
		expect(stdout).not.toContain('<script>alert');
	});

	test('a cell of a table of sites is one cell, and no formula', async () => {
		const names = [
			'=1+1.c',
			'+1.c',
			'-1.c',
			'@x.c',
			' =1.c',
			'\u0000=1.c'.slice(1),
			'\uff1d1.c',
			'\t=1.c',
			'a,b.c',
			'a"b.c',
			'a\nb.c',
		];
		const cwd = scratch({ ...KERNEL, ...Object.fromEntries(names.map((name) => [name, OK])) });
		const { stdout } = await auditOf([cwd, '--format', 'csv', '--no-cache']);
		const cells = stdout
			.split('\r\n')
			.slice(1, -1)
			.map((line) => /^(?:"((?:[^"]|"")*)"|([^,"]*)),/.exec(line));
		expect(cells).toHaveLength(names.length);
		for (const cell of cells) expect((cell?.[1] ?? cell?.[2] ?? '').trimStart()).not.toMatch(/^[=+\-@\uff1d]/);
	});
});

test('Markdown of a site keeps each name in its code, whatever fences it has', () => {
	const site = {
		path: 'a``b`c.c',
		line: 1,
		function: 'f',
		api: 'get_user_pages',
		flags: null,
		release: null,
		verdict: 'convert',
		target: null,
		reason: null,
		decidedBy: 'inference',
		source: null,
		evidence: [{ path: 'x](http:evil).c', line: 2, text: '[x](http://evil) <b> `y`' }],
		findings: [],
	} as const;
	expect(siteMarkdown(site)).toContain('```a``b`c.c:1```');
	expect(siteMarkdown(site)).toContain('`x](http:evil).c:2` \\[x\\](http://evil) \\<b\\> \\`y\\`');
});

test('a report from elsewhere is as untrusted as a tree', () => {
	const nasty = strings.join('');
	const site = { path: `p${nasty}`, line: 1, function: nasty, api: nasty, flags: nasty, release: nasty, source: nasty };
	const rest = { target: null, reason: null, decidedBy: 'known-user', findings: [nasty] };
	const evidence = [{ path: nasty, line: 1, text: nasty }];
	const report = {
		tool: { name: nasty, version: nasty },
		kernel: nasty,
		files: 1,
		elapsedMs: 1,
		partial: false,
		sites: ['bug', 'convert', 'benefit', 'keep', 'ok'].map((verdict) => ({ ...site, ...rest, verdict, evidence })),
		skipped: [{ path: `${nasty}\ud800`, reason: `${nasty}\n    at trace` }],
	};
	const read: AuditReport = readReport(JSON.stringify(report));
	const comparison = compare([
		{ label: nasty, report: read },
		{ label: nasty, report: { ...read, sites: [] } },
	]);
	for (const text of [auditText(read, false, comparison), auditMarkdown(read, comparison), auditSarif(read)])
		isSafe(text, 'report');
	const decoded: unknown[] = [
		JSON.parse(auditSarif(read)).runs[0].results.map(({ message }: { message: { text: string } }) => message.text),
	];
	isSafe(decoded.flat().join('\n'), 'messages of SARIF');
});

test('the escapes are those of JSON, and leave joiners, tabs and ends of lines', () => {
	expect(printable('a\tb\nc\r\u001b\u0085\u202e\u{e0041}')).toBe('a\tb\nc\\r\\u001b\\u0085\\u202e\\udb40\\udc41');
	expect(oneLine('a\tb\nc')).toBe('a\\tb\\nc');
	expect(sentence('a |\n\t\tb')).toBe('a | b');
	expect(printable('\ud83d\udc68\u200d\ud83d\udc69 \u0646\u200c\u0645 \ud800')).toBe(
		'\ud83d\udc68\u200d\ud83d\udc69 \u0646\u200c\u0645 \\ud800',
	);
	const data = { [strings.join('')]: strings.join('') };
	expect(JSON.parse(printable(JSON.stringify(data, null, '\t')))).toEqual(data);
});
