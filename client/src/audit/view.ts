/** The view of the audit: a tree of sites by verdict, filled by the server. */
import {
	type CancellationToken,
	Disposable,
	EventEmitter,
	env,
	type LogOutputChannel,
	ProgressLocation,
	commands as registry,
	type TextDocument,
	type TreeDataProvider,
	type TreeItem,
	type Uri,
	type WorkspaceFolder,
	window,
	workspace,
} from 'vscode';
import { refreshed } from '../../../server/src/audit/refresh.js';
import type { AuditReport } from '../../../server/src/audit/report.js';
import { auditMarkdown, siteMarkdown } from '../../../server/src/audit/reports/markdown.js';
import type { AuditAnswer, AuditParams, PageParams } from '../../../server/src/lsp/audit.js';
import { isSource } from '../documents.js';
import { commands } from '../names.js';
import type { Session } from '../session.js';
import { itemOf } from './items.js';
import { type AuditNode, filtered, treeOf } from './model.js';
import { ReportPage } from './page.js';

/** Context keys that the manifest asks for. */
const SHOWN = 'gup-lens.audit.shown';
const FILTERED = 'gup-lens.audit.filtered';
/** Milliseconds to wait for more saves. */
const PAUSE = 400;

interface Shown {
	readonly root: Uri;
	readonly report: AuditReport;
}

class AuditTree implements TreeDataProvider<AuditNode> {
	readonly #changed = new EventEmitter<void>();
	readonly onDidChangeTreeData = this.#changed.event;
	#roots: readonly AuditNode[] = [];
	#root: Uri | undefined;

	show(shown: Shown | undefined, filter: string): void {
		this.#root = shown?.root;
		this.#roots = shown ? treeOf(shown.report, filter) : [];
		this.#changed.fire();
	}

	getChildren(node?: AuditNode): AuditNode[] {
		if (!node) return [...this.#roots];
		return node.kind === 'site' ? [] : [...node.children];
	}

	getTreeItem(node: AuditNode): TreeItem {
		return itemOf(node, this.#root as Uri);
	}
}

class Audit {
	readonly #session: Session;
	readonly #log: LogOutputChannel;
	readonly #tree = new AuditTree();
	readonly #view = window.createTreeView('gup-lens.audit', { treeDataProvider: this.#tree, showCollapseAll: true });
	readonly #page = new ReportPage();
	readonly #stale = new Set<string>();
	#shown: Shown | undefined;
	#filter = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running = false;

	constructor(session: Session, log: LogOutputChannel) {
		this.#session = session;
		this.#log = log;
	}

	register(): Disposable {
		return Disposable.from(
			this.#view,
			this.#page,
			registry.registerCommand(commands.audit, () => this.#run()),
			registry.registerCommand(commands.auditFilter, () => this.#askFilter()),
			registry.registerCommand(commands.auditClearFilter, () => this.#setFilter('')),
			registry.registerCommand(commands.auditCopy, (node?: AuditNode) => this.#copy(node)),
			registry.registerCommand(commands.auditReport, () => this.#openPage()),
			workspace.onDidSaveTextDocument((document) => this.#saved(document)),
			new Disposable(() => clearTimeout(this.#timer)),
		);
	}

	async #run(): Promise<void> {
		if (this.#running) return;
		const folder = await chosenFolder();
		if (!folder) return;
		this.#running = true;
		try {
			const answer = await window.withProgress(
				{ location: ProgressLocation.Notification, title: 'GUP Lens: audit', cancellable: true },
				(progress, token) =>
					this.#ask({ uri: folder.uri.toString() }, token, (message) => progress.report({ message })),
			);
			for (const note of answer.notes) this.#log.info(note);
			this.#show({ root: folder.uri, report: answer.report });
		} catch (error) {
			void window.showErrorMessage(`GUP Lens: ${error instanceof Error ? error.message : String(error)}`);
		} finally {
			this.#running = false;
			if (this.#stale.size > 0) void this.#refresh();
		}
	}

	async #ask(
		params: AuditParams,
		token?: CancellationToken,
		progress?: (message: string) => void,
	): Promise<AuditAnswer> {
		return this.#session.request<AuditAnswer>('gup-lens/audit', params, token, progress);
	}

	#show(shown: Shown): void {
		this.#shown = shown;
		void registry.executeCommand('setContext', SHOWN, true);
		this.#draw();
	}

	#draw(): void {
		const { report } = this.#shown ?? {};
		this.#tree.show(this.#shown, this.#filter);
		if (!report) return;
		const found = filtered(report.sites, this.#filter).length;
		const partial = report.partial ? ', stopped early' : '';
		const all = report.sites.length;
		const kernel = `Linux ${report.kernel}${report.kernelAssumed ? ' (assumed)' : ''}`;
		this.#view.message = this.#filter
			? `${kernel}: ${found} of ${all} sites with "${this.#filter}"${partial}`
			: `${kernel}: ${all} sites in ${report.files.toLocaleString()} files${partial}`;
	}

	async #askFilter(): Promise<void> {
		const filter = await window.showInputBox({
			title: 'Sites that have all of these words',
			placeHolder: 'convert drivers/misc get_user_pages_fast',
			prompt: 'Path, function, API, flag, verdict, target, reason, release or rule',
			value: this.#filter,
		});
		if (filter !== undefined) this.#setFilter(filter.trim());
	}

	#setFilter(filter: string): void {
		this.#filter = filter;
		void registry.executeCommand('setContext', FILTERED, filter !== '');
		this.#draw();
	}

	/** @param node undefined: everything that is shown */
	async #copy(node: AuditNode | undefined): Promise<void> {
		const { report } = this.#shown ?? {};
		if (!report) return;
		const text = node
			? node.sites.map((site) => siteMarkdown(site)).join('\n')
			: auditMarkdown({ ...report, sites: filtered(report.sites, this.#filter) });
		await env.clipboard.writeText(text);
	}

	async #openPage(): Promise<void> {
		if (!this.#shown) await this.#run();
		const { root } = this.#shown ?? {};
		if (!root) return;
		const params: PageParams = { uri: root.toString() };
		const html = await this.#session.request<string | null>('gup-lens/auditPage', params);
		if (html !== null) this.#page.show(html);
	}

	/** Files that change are judged anew, with those beside them. */
	#saved(document: TextDocument): void {
		const { root } = this.#shown ?? {};
		if (!root || !isSource(document) || !document.uri.toString().startsWith(`${root.toString()}/`)) return;
		const path = document.uri.path.slice(root.path.length + 1);
		this.#stale.add(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#refresh(), PAUSE);
	}

	async #refresh(): Promise<void> {
		const { root } = this.#shown ?? {};
		// what was saved meanwhile is read when the audit is over
		if (!root || this.#running) return;
		const folders = [...this.#stale];
		this.#stale.clear();
		try {
			const { report } = await this.#ask({ uri: root.toString(), folders });
			if (this.#shown?.root === root)
				this.#show({ root, report: refreshed(this.#shown.report, folders, report.sites) });
		} catch (error) {
			this.#log.warn(`the audit was not refreshed: ${String(error)}`);
		}
	}
}

/** The folder to audit: the only one, or the one that is picked. */
async function chosenFolder(): Promise<WorkspaceFolder | undefined> {
	const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
	if (folders.length > 1) return window.showWorkspaceFolderPick({ placeHolder: 'Kernel tree to audit' });
	if (folders.length === 0) void window.showInformationMessage('GUP Lens: open a kernel tree as a folder first.');
	return folders[0];
}

/** The view and its commands: for where the server is on a machine with a disk. */
export function registerAudit(session: Session, log: LogOutputChannel): Disposable {
	return new Audit(session, log).register();
}
