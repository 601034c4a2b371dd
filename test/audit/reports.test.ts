import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import published from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { compare } from '../../server/src/audit/compare.js';
import type { AuditReport, AuditSite } from '../../server/src/audit/report.js';
import { auditCsv } from '../../server/src/audit/reports/csv.js';
import { auditHtml } from '../../server/src/audit/reports/html/page.js';
import { auditMarkdown } from '../../server/src/audit/reports/markdown.js';
import { auditText } from '../../server/src/audit/reports/text.js';
import { auditSarif } from '../../server/src/cli/formats/auditSarif.js';
import { cli } from '../cli/run.js';
import { scratch } from '../support/scratch.js';
import { auditOf, CONVERT, KERNEL, OK, reportOf } from './fixtures.js';

const expected = join(import.meta.dirname, 'expected');

function site(path: string, line: number, rest: Partial<AuditSite>): AuditSite {
	return {
		path,
		line,
		function: null,
		api: 'get_user_pages_fast',
		flags: null,
		release: null,
		verdict: 'ok',
		target: null,
		reason: null,
		decidedBy: 'inference',
		source: null,
		evidence: [],
		findings: [],
		...rest,
	};
}

const toDevice = 'dma_map_page() maps them for DMA';
const sites: readonly AuditSite[] = [
	site('drivers/misc/heron/dma.c', 75, {
		function: 'heron_map',
		flags: 'FOLL_WRITE',
		verdict: 'convert',
		target: 'pin_user_pages',
		evidence: [
			{ path: 'drivers/misc/heron/dma.c', line: 80, text: toDevice },
			{ path: 'drivers/misc/heron/free.c', line: 12, text: 'put_page() releases them' },
		],
		findings: ['foll-get-for-dma', 'gup-free-page'],
	}),
	site('drivers/misc/wren.c', 9, { function: 'wren_pin', api: 'pin_user_pages', release: 'unpin_user_pages' }),
	site('fs/rook/file.c', 100, {
		function: 'rook_read',
		api: 'iov_iter_get_pages2',
		verdict: 'convert',
		target: 'iov_iter_extract_pages',
		decidedBy: 'known-user',
		source: 'linux-fsdevel, September 2023',
		evidence: [
			{ path: 'fs/rook/file.c', line: 100, text: 'rook direct I/O reads into user buffers while the request runs.' },
		],
	}),
	site('mm/ksm.c', 637, { function: 'break_ksm', api: 'folio_walk_start', verdict: 'keep', reason: 'core-mm' }),
	site('net/swift/rdma.c', 164, {
		function: 'swift_pin',
		api: 'pin_user_pages_fast',
		flags: 'FOLL_WRITE|FOLL_LONGTERM',
		verdict: 'bug',
		evidence: [{ path: 'net/swift/rdma.c', line: 170, text: 'gup-leak: one way out leaves them behind' }],
		findings: ['gup-leak'],
	}),
	site('net/core/skbuff.c', 7, {
		function: null,
		api: 'iov_iter_get_pages2',
		verdict: 'benefit',
		target: 'iov_iter_extract_pages',
	}),
];

const report: AuditReport = {
	tool: { name: 'gup-lens', version: '1.2.3' },
	kernel: '6.12.117',
	files: 59_932,
	elapsedMs: 3210,
	partial: false,
	sites,
	skipped: [
		{ path: 'drivers/a.h', reason: 'larger than 10 MB' },
		{ path: 'drivers/b.h', reason: 'larger than 10 MB' },
		{ path: 'fs/c.c', reason: 'function rook_all could not be parsed' },
		{ path: 'fs/c.c', reason: 'function rook_none could not be parsed' },
	],
};

const older: AuditReport = {
	...report,
	kernel: '6.1.192',
	sites: [
		...sites.slice(0, 1),
		{ ...(sites[1] as AuditSite), api: 'get_user_pages', verdict: 'convert' },
		{ ...(sites[2] as AuditSite), path: 'fs/rook/direct.c' },
		{ ...(sites[3] as AuditSite), verdict: 'ok' },
		site('arch/ia64/err.c', 145, { function: 'err', verdict: 'bug' }),
	],
};

const comparison = compare([
	{ label: '6.1.192', report: older },
	{ label: '6.12.117', report },
]);

const source = (path: string) =>
	path.startsWith('drivers/misc/heron') ? Array.from({ length: 90 }, (_, i) => `\tline_${i + 1}(&heron);`) : undefined;

describe('as printed', () => {
	test.each([
		['audit.txt', auditText(report, false)],
		['audit.colour.txt', auditText(report, true)],
		['audit.md', auditMarkdown(report)],
		['audit.csv', auditCsv(report)],
		['audit.html', auditHtml(report, source)],
		['compare.txt', auditText(report, false, comparison)],
		['compare.md', auditMarkdown(report, comparison)],
		['compare.html', auditHtml(report, source, comparison)],
	])('%s', async (name, text) => {
		await expect(text).toMatchFileSnapshot(join(expected, name));
	});

	test('a mail does not wrap its tables', () => {
		const table = auditText(report, false).split('To convert')[0] ?? '';
		for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
	});

	test('functions that were not looked at are named, and errors at a site to convert', () => {
		const text = auditText(report, false);
		expect(text).toContain('2 could not be parsed: rook_all() in fs/c.c, rook_none() in fs/c.c\n');
		expect(text).toContain('maps them for DMA\n           error at this call: gup-free-page\n');
		for (const other of [auditMarkdown(report), auditHtml(report, source)])
			expect(other).toContain('rook_none() in fs/c.c');
	});

	test('an empty report and a partial one say so', () => {
		const empty = { ...report, sites: [], skipped: [], partial: true };
		expect(auditText(empty, false)).toMatch(/\(partial\)\n\nNo sites\.\n/);
		expect(auditMarkdown(empty)).toMatch(/\(partial\)\n\nNo sites\.\n/);
		expect(auditHtml(empty, source)).toContain('this report is partial');
		expect(auditCsv(empty).split('\r\n')).toHaveLength(2);
	});
});

test('SARIF is valid, and tells what is open apart from what is not', () => {
	const { id: _, $schema: __, ...schema } = published;
	const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
	addFormats(ajv);
	const validate = ajv.compile(schema);
	const log = JSON.parse(auditSarif(report));
	expect(validate(log), ajv.errorsText(validate.errors)).toBe(true);
	const [run] = log.runs;
	expect(run.results.map((result: { level: string; kind: string }) => `${result.level} ${result.kind}`)).toEqual([
		'warning fail',
		'none pass',
		'warning fail',
		'none pass',
		'error fail',
		'note fail',
	]);
	for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
	expect(run.results[0].relatedLocations[1].physicalLocation.artifactLocation.uri).toBe('drivers/misc/heron/free.c');
	expect(run.invocations[0].toolExecutionNotifications).toHaveLength(4);
});

describe('compared', () => {
	const [step] = comparison.steps;

	test('what was converted, verdict changed, moved, new and gone is told apart', () => {
		const paths = (pairs: readonly { readonly after: AuditSite }[] = []) => pairs.map(({ after }) => after.path);
		expect(paths(step?.converted)).toEqual(['drivers/misc/wren.c']);
		expect(paths(step?.changed)).toEqual(['mm/ksm.c']);
		expect(paths(step?.moved)).toEqual(['fs/rook/file.c']);
		expect(step?.added.map(({ path }) => path)).toEqual(['net/swift/rdma.c', 'net/core/skbuff.c']);
		expect(step?.gone.map(({ path }) => path)).toEqual(['arch/ia64/err.c']);
	});

	test('what is left to do is the same number in the text and on the page, without what would benefit', () => {
		const text = auditText(report, false, comparison);
		const page = auditHtml(report, source, comparison);
		const inText = [...text.matchAll(/#+ (\d+)$/gm)].map(([, left]) => left);
		const onPage = [...page.matchAll(/class="value">(\d+)/g)].map(([, left]) => left);
		expect(inText).toEqual(['4', '3']);
		expect(onPage).toEqual(inText);
		expect(page).toMatch(/class="value">3<tspan class="gain"> \+ 1<\/tspan>/);
		expect(page).toContain('2 more subsystems with nothing left to do, 1 of them with sites that would benefit');
	});

	test('a tree with itself has nothing to tell', () => {
		const same = compare([
			{ label: 'a', report },
			{ label: 'b', report },
		]).steps[0];
		expect(same).toMatchObject({ converted: [], changed: [], moved: [], added: [], gone: [] });
	});

	test('lines above a site, and two of the same call in one function, move nothing', () => {
		const twice = [site('a.c', 5, { function: 'f' }), site('a.c', 9, { function: 'f', verdict: 'convert' })];
		const later = twice.map((one) => ({ ...one, line: one.line + 40 }));
		const of = (sites: AuditSite[]) => ({ label: '', report: { ...report, sites } });
		expect(compare([of(twice), of(later)]).steps[0]).toMatchObject({ changed: [], moved: [], added: [], gone: [] });
	});

	test('a tree, and the JSON of an earlier audit, several times over', async () => {
		const tree = scratch({ ...KERNEL, 'a.c': OK });
		const before = scratch({ ...KERNEL, Makefile: KERNEL.Makefile.replace('12', '1'), 'a.c': CONVERT });
		const json = join(scratch(), 'first.json');
		writeFileSync(json, JSON.stringify({ ...(await reportOf(before)), kernel: '5.15' }));
		const { code, stdout, stderr } = await auditOf([tree, '--compare', json, '--compare', before]);
		expect(code, stderr).toBe(0);
		expect(stdout).toMatch(/5\.15 .*\n.*6\.1\.3 .*\n.*6\.12\.3 /);
		expect(stdout).toContain('5.15 -> 6.1.3: 0 converted');
		expect(stdout).toContain('6.1.3 -> 6.12.3: 1 converted');
	});

	test('two of the same version are told apart by their names', async () => {
		const above = scratch({ 'old/a.c': CONVERT, 'new/a.c': OK, 'old/Kbuild': '', 'new/Kbuild': '' });
		for (const name of ['old', 'new']) writeFileSync(join(above, name, 'Makefile'), KERNEL.Makefile);
		const { stdout } = await auditOf(['new', '--compare', 'old'], { cwd: above });
		expect(stdout).toContain('6.12.3 (old) -> 6.12.3 (new): 1 converted');
	});
});

describe('a hostile tree', () => {
	const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'`|\u202e\u001b[31m';
	const harmful = /\p{Cc}|\p{Cf}/u;
	const hostile: AuditReport = {
		...report,
		kernel: evil,
		sites: [
			site(`drivers/${evil}.c`, 1, {
				function: evil,
				api: evil,
				flags: evil,
				release: evil,
				verdict: 'convert',
				source: evil,
				evidence: [{ path: 'a.c', line: 1, text: evil }],
				findings: [evil],
			}),
		],
		skipped: [{ path: evil, reason: evil }],
	};
	const versions = [
		{ label: evil, report: { ...hostile, sites: [] } },
		{ label: evil, report: hostile },
	];

	test('puts no markup into the page', () => {
		const page = auditHtml(hostile, () => [evil], compare(versions));
		expect(page.match(/<script/g)).toHaveLength(1);
		expect(page).not.toContain('<img');
		for (const line of page.split('\n')) expect(line.replaceAll('\t', '')).not.toMatch(harmful);
	});

	test('sends nothing to the terminal, and breaks no table', () => {
		for (const line of auditText(hostile, false, compare(versions)).split('\n')) expect(line).not.toMatch(harmful);
		const rows = auditMarkdown(hostile)
			.split('\n')
			.filter((line) => line.startsWith('|'));
		expect(rows.length).toBeGreaterThan(2);
		for (const row of rows) {
			expect(row).not.toMatch(harmful);
			// In code, markup is text.
			expect(row.replaceAll(/``.*?``/g, '')).not.toMatch(/(?<!\\)<img/);
		}
	});

	test('runs nothing in a spreadsheet', () => {
		const formula = auditCsv({ ...report, sites: [site('=cmd|x', 1, { api: '@SUM(1)', function: '-1+1' })] });
		expect(formula.split('\r\n')[1]).toMatch(/^'=cmd\|x,1,'-1\+1,'@SUM\(1\),/);
	});

	test('a report from elsewhere shows no file outside the tree', async () => {
		const tree = scratch({ 'tree/a.c': OK, 'secret.c': 'int secret;' });
		const outside = site('../secret.c', 1, { evidence: [{ path: '../secret.c', line: 1, text: 'x' }] });
		writeFileSync(join(tree, 'r.json'), JSON.stringify({ ...report, sites: [outside] }));
		const { stdout } = await cli(['merge', 'r.json', '--tree', 'tree', '--format', 'html'], { cwd: tree });
		expect(stdout).toContain('../secret.c:1');
		expect(stdout).not.toContain('int secret');
	});
});
