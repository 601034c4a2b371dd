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
import type { AuditReport, AuditSite } from '../../../server/src/audit/report.js';
import { text as plain } from '../../../server/src/audit/reports/markdown.js';
import { adviceOf, clean, MEANING, stamp } from '../../../server/src/audit/reports/words.js';
import type { Verdict } from '../../../server/src/verdict/site.js';
import { oneLine } from '../../../server/src/workspace/wording.js';
import {
	type AuditNode,
	type ChangeNode,
	type FindingNode,
	type Findings,
	POLICY,
	problemsOf,
	problemWords,
	type SiteNode,
} from './model.js';

const ICONS: Readonly<Record<Verdict, ThemeIcon>> = {
	bug: new ThemeIcon('bug', new ThemeColor('problemsErrorIcon.foreground')),
	convert: new ThemeIcon('arrow-swap', new ThemeColor('problemsWarningIcon.foreground')),
	benefit: new ThemeIcon('lightbulb', new ThemeColor('problemsInfoIcon.foreground')),
	keep: new ThemeIcon('lock-small'),
	ok: new ThemeIcon('pass', new ThemeColor('testing.iconPassed')),
};

/** What the items of one audit have in common. */
export interface Shown {
	/** Folder that the paths are relative to. */
	readonly root: Uri;
	readonly findings: Findings;
	/** The audit that changes are told against. */
	readonly before: Pick<AuditReport, 'named' | 'taken' | 'revision' | 'committed'> | undefined;
}

export function itemOf(node: AuditNode, shown: Shown): TreeItem {
	const item = bareItem(node, shown);
	item.id = node.id;
	item.contextValue = `gup-lens.audit.${node.kind}`;
	return item;
}

function bareItem(node: AuditNode, shown: Shown): TreeItem {
	switch (node.kind) {
		case 'site':
			return siteItem(node.site, shown.root);
		case 'finding':
			return findingItem(node, shown.root);
		case 'change':
			return changeItem(node, shown.root);
		default:
			return groupItem(node, shown);
	}
}

function groupItem(node: Exclude<AuditNode, SiteNode | FindingNode | ChangeNode>, shown: Shown): TreeItem {
	const open = node.kind === 'verdict' && (node.verdict === 'bug' || node.verdict === 'convert');
	const state = open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
	const item = new TreeItem(oneLine(node.label), state);
	const count = node.kind === 'changes' ? node.children.length : node.sites.length;
	const problems = node.kind === 'changes' ? '' : problemWords(problemsOf(node.sites, shown.findings));
	item.description = [String(count), problems].filter(Boolean).join(' · ');
	if (node.kind === 'verdict') {
		item.iconPath = ICONS[node.verdict];
		item.tooltip = MEANING[node.verdict];
	} else if (node.kind === 'file') {
		item.resourceUri = Uri.joinPath(shown.root, node.path);
		item.iconPath = ThemeIcon.File;
		item.tooltip = oneLine(node.path);
	} else if (node.kind === 'changes') {
		item.iconPath = new ThemeIcon('diff');
		item.tooltip = shown.before && stamp(shown.before);
	} else item.iconPath = new ThemeIcon('symbol-folder');
	return item;
}

function opening(root: Uri, path: string, line: number, column = 1): TreeItem['command'] & object {
	const at = new Position(line - 1, column - 1);
	const shown = { selection: new Range(at, at), preview: true };
	return { command: 'vscode.open', title: 'Open', arguments: [Uri.joinPath(root, path), shown] };
}

/** An error or a warning beside the verdicts of its file. */
function findingItem({ path, finding }: FindingNode, root: Uri): TreeItem {
	const { rule, severity, message, start } = finding;
	const item = new TreeItem(`${start.line}: ${rule}`, TreeItemCollapsibleState.None);
	item.description = oneLine(message);
	item.tooltip = new MarkdownString(`**${severity}** ${plain(oneLine(message))}`);
	item.iconPath = new ThemeIcon(
		severity,
		new ThemeColor(severity === 'error' ? 'problemsErrorIcon.foreground' : 'problemsWarningIcon.foreground'),
	);
	item.command = opening(root, path, start.line, start.column);
	return item;
}

function changeItem({ site, what, isThere }: ChangeNode, root: Uri): TreeItem {
	const item = new TreeItem(
		oneLine(`${site.path.slice(site.path.lastIndexOf('/') + 1)}: ${site.api}`),
		TreeItemCollapsibleState.None,
	);
	item.description = what;
	item.tooltip = isThere ? whyOf(site) : oneLine(`${site.path}, line ${site.line} of the last audit`);
	item.iconPath = isThere ? ICONS[site.verdict] : new ThemeIcon('diff-removed');
	if (isThere) item.command = opening(root, site.path, site.line);
	return item;
}

function siteItem(site: AuditSite, root: Uri): TreeItem {
	const item = new TreeItem(`${site.line}: ${site.api}`, TreeItemCollapsibleState.None);
	// rules that say what the verdict says are no news
	const rules = site.findings.filter((rule) => site.verdict !== 'convert' || !POLICY.has(rule)).join(', ');
	const where = [site.function && `${site.function}()`, site.flags].filter(Boolean).join('  ');
	item.description = oneLine([where, rules].filter(Boolean).join(' · '));
	item.iconPath = ICONS[site.verdict];
	item.tooltip = whyOf(site);
	item.command = opening(root, site.path, site.line);
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
