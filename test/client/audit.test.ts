/** The audit as the tree of the editor has it. */
import { describe, expect, it } from 'vitest';
import { type AuditNode, filtered, refreshed, treeOf } from '../../client/src/audit/model.js';
import { inTheme } from '../../client/src/audit/theme.js';
import type { AuditReport, AuditSite } from '../../server/src/audit/report.js';
import { auditHtml } from '../../server/src/audit/reports/html/page.js';

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

/** "verdict(2) > subsystem(1)": a line for every node, indented. */
function drawn(nodes: readonly AuditNode[], depth = 0): string[] {
	return nodes.flatMap((node) => {
		const label = node.kind === 'site' ? `${node.site.line} ${node.site.api}` : `${node.label} (${node.sites.length})`;
		return [`${' '.repeat(depth)}${label}`, ...drawn(node.kind === 'site' ? [] : node.children, depth + 1)];
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
			nodes.flatMap((node) => [node.id, ...ids(node.kind === 'site' ? [] : node.children)]);
		const all = ids(treeOf(report, ''));
		expect(new Set(all).size).toBe(all.length);
		expect(ids(treeOf({ ...report }, ''))).toEqual(all);
	});

	it('shows nothing of an empty report', () => {
		expect(treeOf({ ...report, sites: [] }, '')).toEqual([]);
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

	it('follows the system by itself', () => {
		expect(html).toContain('@media (prefers-color-scheme: dark)');
		expect(html).toContain('color-scheme: light dark;');
	});

	it.each([
		[true, 'color-scheme: dark;', '@media all'],
		[false, 'color-scheme: light;', '@media not all'],
	])('follows the editor, dark: %s', (dark, scheme, media) => {
		const themed = inTheme(html, dark);
		expect(themed).not.toContain('prefers-color-scheme');
		expect(themed).toContain(scheme);
		expect(themed.split(media)[1]).toContain('--page: #14171b');
	});
});
