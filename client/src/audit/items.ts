/** How the nodes of the audit look in the tree. */
import {
	MarkdownString,
	Position,
	Range,
	ThemeColor,
	ThemeIcon,
	TreeItem,
	TreeItemCollapsibleState,
	Uri,
} from 'vscode';
import type { AuditSite } from '../../../server/src/audit/report.js';
import { text as plain } from '../../../server/src/audit/reports/markdown.js';
import { adviceOf, clean, MEANING } from '../../../server/src/audit/reports/words.js';
import type { Verdict } from '../../../server/src/verdict/site.js';
import { oneLine } from '../../../server/src/workspace/wording.js';
import type { AuditNode } from './model.js';

const ICONS: Readonly<Record<Verdict, ThemeIcon>> = {
	bug: new ThemeIcon('bug', new ThemeColor('problemsErrorIcon.foreground')),
	convert: new ThemeIcon('arrow-swap', new ThemeColor('problemsWarningIcon.foreground')),
	benefit: new ThemeIcon('lightbulb', new ThemeColor('problemsInfoIcon.foreground')),
	keep: new ThemeIcon('lock-small'),
	ok: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
};

/** @param root folder that the paths are relative to */
export function itemOf(node: AuditNode, root: Uri): TreeItem {
	const item = node.kind === 'site' ? siteItem(node.site, root) : groupItem(node, root);
	item.id = node.id;
	item.contextValue = `gup-lens.audit.${node.kind}`;
	return item;
}

function groupItem(node: Exclude<AuditNode, { kind: 'site' }>, root: Uri): TreeItem {
	const open = node.kind === 'verdict' && (node.verdict === 'bug' || node.verdict === 'convert');
	const state = open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
	const item = new TreeItem(oneLine(node.label), state);
	item.description = String(node.sites.length);
	if (node.kind === 'verdict') {
		item.iconPath = ICONS[node.verdict];
		item.tooltip = MEANING[node.verdict];
	} else if (node.kind === 'file') {
		item.resourceUri = Uri.joinPath(root, node.path);
		item.iconPath = ThemeIcon.File;
		item.tooltip = oneLine(node.path);
	} else item.iconPath = new ThemeIcon('symbol-folder');
	return item;
}

function siteItem(site: AuditSite, root: Uri): TreeItem {
	const item = new TreeItem(`${site.line}: ${site.api}`, TreeItemCollapsibleState.None);
	item.description = oneLine([site.function && `${site.function}()`, site.flags].filter(Boolean).join('  '));
	item.iconPath = ICONS[site.verdict];
	item.tooltip = whyOf(site);
	const at = new Position(site.line - 1, 0);
	const shown = { selection: new Range(at, at), preview: true };
	item.command = { command: 'vscode.open', title: 'Open', arguments: [Uri.joinPath(root, site.path), shown] };
	return item;
}

/** Verdict, advice and evidence. */
function whyOf(of: AuditSite): MarkdownString {
	const site = clean(of);
	const advice = adviceOf(site);
	const evidence = site.evidence.map(
		({ path, line, text }) => `- ${plain(path === site.path ? `line ${line}: ${text}` : `${path}:${line}: ${text}`)}`,
	);
	const parts = [
		`**${site.verdict}**${advice && ` ${plain(advice)}`}`,
		MEANING[site.verdict],
		evidence.join('\n'),
		site.release && `Released by ${plain(site.release)}`,
		site.findings.length > 0 && `Rules: ${plain(site.findings.join(', '))}`,
		site.source && `From the table of known users: ${plain(site.source)}`,
	];
	return new MarkdownString(parts.filter(Boolean).join('\n\n'));
}
