/** The audit as the tree of the editor has it. */
import { describe, expect, it } from 'vitest';
import {
	type AuditNode,
	burnDownWords,
	changesSince,
	type Findings,
	filtered,
	kept,
	problemWords,
	tally,
	treeOf,
} from '../../client/src/audit/model.js';
import { inTheme } from '../../client/src/audit/theme.js';
import { refreshed } from '../../server/src/audit/refresh.js';
import type { AuditReport, AuditSite } from '../../server/src/audit/report.js';
import { auditHtml } from '../../server/src/audit/reports/html/page.js';
import type { AuditFinding } from '../../server/src/audit/results.js';

function site(path: string, line: number, verdict: AuditSite['verdict'], more: Partial<AuditSite> = {}): AuditSite {
	return {
		path,
		line,
		function: 'teal_read',
		api: 'get_user_pages_fast',
		flags: 'FOLL_WRITE',
		release: 'put_page',
		verdict,
		target: verdict === 'convert' ? 'pin_user_pages' : null,
		reason: null,
		decidedBy: 'inference',
		source: null,
		evidence: [],
		findings: [],
		...more,
	};
}

const report: AuditReport = {
	tool: { name: 'gup-lens', version: '0' },
	kernel: '6.12',
	files: 3,
	elapsedMs: 1,
	partial: false,
	sites: [
		site('drivers/misc/a.c', 3, 'convert'),
		site('drivers/misc/a.c', 9, 'ok', { api: 'pin_user_pages', flags: null }),
		site('drivers/misc/b/c.c', 4, 'convert', { function: null }),
		site('mm/x.c', 1, 'keep', { reason: 'core-mm' }),
		site('virt/kvm/kvm_main.c', 7, 'bug', { findings: ['gup-leak'] }),
	],
	skipped: [],
};

function labelOf(node: AuditNode): string {
	if (node.kind === 'site') return `${node.site.line} ${node.site.api}`;
	if (node.kind === 'finding') return `${node.finding.start.line} ${node.finding.severity} ${node.finding.rule}`;
	if (node.kind === 'change') return `${node.site.path}:${node.site.line} ${node.what}`;
	return `${node.label} (${node.sites.length})`;
}

/** "verdict(2) > subsystem(1)": a line for every node, indented. */
function drawn(nodes: readonly AuditNode[], depth = 0): string[] {
	return nodes.flatMap((node) => {
		return [`${' '.repeat(depth)}${labelOf(node)}`, ...drawn('children' in node ? node.children : [], depth + 1)];
	});
}

describe('the tree', () => {
	it('goes by verdict, what asks for work first, then subsystem, file and site', () => {
		expect(drawn(treeOf(report, ''))).toEqual([
			'bug (1)',
			' virt/kvm (1)',
			'  kvm_main.c (1)',
			'   7 get_user_pages_fast',
			'convert (2)',
			' drivers/misc (2)',
			'  a.c (1)',
			'   3 get_user_pages_fast',
			'  c.c (1)',
			'   4 get_user_pages_fast',
			'keep (1)',
			' mm (1)',
			'  x.c (1)',
			'   1 get_user_pages_fast',
			'ok (1)',
			' drivers/misc (1)',
			'  a.c (1)',
			'   9 pin_user_pages',
		]);
	});

	it('has an id for each node, the same after a refresh', () => {
		const ids = (nodes: readonly AuditNode[]): string[] =>
			nodes.flatMap((node) => [node.id, ...ids('children' in node ? node.children : [])]);
		const all = ids(treeOf(report, ''));
		expect(new Set(all).size).toBe(all.length);
		expect(ids(treeOf({ ...report }, ''))).toEqual(all);
	});

	it('shows nothing of an empty report', () => {
		expect(treeOf({ ...report, sites: [] }, '')).toEqual([]);
	});
});

describe('findings beside the verdicts', () => {
	const finding = (rule: string, severity: AuditFinding['severity'], line: number): AuditFinding => ({
		rule,
		severity,
		message: rule,
		tags: [],
		start: { line, column: 1 },
		end: { line, column: 9 },
		related: [],
	});
	const findings: Findings = {
		'drivers/misc/a.c': [
			finding('foll-get-for-dma', 'warning', 3),
			finding('gup-leak', 'warning', 3),
			finding('gup-free-page', 'error', 20),
			finding('gup-free-page', 'error', 30),
			finding('dirty-missing', 'information', 40),
		],
	};

	it('stand in their file, errors first, without those that say what the verdict says', () => {
		expect(drawn(treeOf(report, 'a.c convert', findings))).toEqual([
			'convert (1)',
			' drivers/misc (1)',
			'  a.c (1)',
			'   3 get_user_pages_fast',
			'   20 error gup-free-page',
			'   30 error gup-free-page',
			'   3 warning gup-leak',
		]);
	});

	it('are counted above the tree, where a verdict alone says that there is no bug', () => {
		const convert = { ...report, sites: report.sites.filter(({ verdict }) => verdict === 'convert') };
		expect(tally(convert, findings)).toBe('2 sites in 3 files, 2 to convert; rules find 2 errors, 1 warning');
		expect(tally(report, {})).toBe('5 sites in 3 files, 1 bug, 2 to convert');
		expect(problemWords([])).toBe('');
	});
});

describe('what changed since the last audit', () => {
	const changesIn = (after: AuditReport) => {
		const node = changesSince(kept(report), after);
		return node && drawn([node]).map((line) => line.trim());
	};

	it('is the sites with another verdict, the new and the removed ones', () => {
		const [first, second, third, , last] = report.sites as [AuditSite, AuditSite, AuditSite, AuditSite, AuditSite];
		const after = [
			{ ...first, line: 4, api: 'pin_user_pages_fast', verdict: 'ok' as const },
			second,
			third,
			{ ...last, verdict: 'ok' as const },
		];
		expect(
			changesIn({ ...report, sites: [...after, site('net/x.c', 8, 'convert', { function: 'teal_send' })] }),
		).toEqual([
			'Since the last audit (3)',
			'drivers/misc/a.c:4 convert → ok',
			'virt/kvm/kvm_main.c:7 bug → ok',
			'net/x.c:8 new: convert',
			'mm/x.c:1 gone: was keep',
		]);
	});

	it('is told since a revision, with what was left to do then', () => {
		const before = { ...report, named: 'v6.1' };
		const after = { ...report, sites: report.sites.slice(1) };
		expect(changesSince(before, after)?.label).toBe('Since v6.1');
		expect(burnDownWords(before, after)).toBe('v6.1: 3 → 2 left to do');
		expect(burnDownWords(report, after)).toBe('');
	});

	it('is nothing where nothing did, where lines only moved, for a first audit and for a stopped one', () => {
		expect(changesIn(report)).toBeUndefined();
		expect(
			changesIn({ ...report, sites: report.sites.map((one) => ({ ...one, line: one.line + 7 })) }),
		).toBeUndefined();
		expect(changesSince(undefined, report)).toBeUndefined();
		expect(changesIn({ ...report, partial: true, sites: [] })).toBeUndefined();
	});
});

describe('a filter', () => {
	const found = (filter: string) => filtered(report.sites, filter).map(({ path, line }) => `${path}:${line}`);

	it.each([
		['', 5],
		['  ', 5],
		['drivers/misc', 3],
		['CONVERT drivers', 2],
		['pin_user_pages', 3],
		['core-mm', 1],
		['gup-leak', 1],
		['teal_read foll_write', 3],
		['nowhere', 0],
	])('"%s" leaves %i', (filter, count) => {
		expect(found(filter)).toHaveLength(count);
	});
});

describe('a refresh', () => {
	it('replaces the sites of its folders and no others', () => {
		const now = [site('drivers/misc/a.c', 5, 'ok')];
		const after = refreshed(report, ['drivers/misc'], now);
		expect(after.sites.map(({ path, line, verdict }) => `${path}:${line} ${verdict}`)).toEqual([
			'drivers/misc/a.c:5 ok',
			'drivers/misc/b/c.c:4 convert',
			'mm/x.c:1 keep',
			'virt/kvm/kvm_main.c:7 bug',
		]);
	});

	it('of a folder without sites any more takes them out', () => {
		expect(refreshed(report, ['mm'], []).sites).toHaveLength(4);
	});
});

describe('the page', () => {
	const html = auditHtml(report, () => undefined);

	it('says of which revision it is and when it was made', () => {
		const stamped = auditHtml(
			{ ...report, revision: '0c3836482481', taken: '2026-12-01T00:45:12.000Z' },
			() => undefined,
		);
		expect(stamped).toContain('revision 0c3836482481, 2026-12-01 00:45 UTC');
		expect(html).not.toContain('UTC');
	});

	it('follows the system by itself', () => {
		expect(html).toContain('@media (prefers-color-scheme: dark)');
		expect(html).toContain('color-scheme: light dark;');
	});

	it('draws high contrast without colours where the editor does, and only there', () => {
		const contrast = inTheme(html, { dark: true, highContrast: true });
		expect(contrast).toMatch(/@media all \{\s*:root \{ --page: Canvas;/);
		expect(inTheme(html, { dark: true, highContrast: false })).toMatch(/@media not all \{\s*:root \{ --page: Canvas;/);
	});

	it.each([
		[true, 'color-scheme: dark;', '@media all'],
		[false, 'color-scheme: light;', '@media not all'],
	])('follows the editor, dark: %s', (dark, scheme, media) => {
		const themed = inTheme(html, { dark, highContrast: false });
		expect(themed).not.toContain('prefers-color-scheme');
		expect(themed).toContain(scheme);
		expect(themed.split(media)[1]).toContain('--page: #14171b');
	});
});
