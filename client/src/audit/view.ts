/** The view of the audit: a tree of sites by verdict, filled by the server. */
import {
	type CancellationToken,
	Disposable,
	EventEmitter,
	env,
	type LogOutputChannel,
	type Memento,
	ProgressLocation,
	RelativePattern,
	commands as registry,
	type TreeDataProvider,
	type TreeItem,
	type TreeView,
	type Uri,
	type WorkspaceFolder,
	window,
	workspace,
} from 'vscode';
import { refreshed } from '../../../server/src/audit/refresh.js';
import type { AuditReport } from '../../../server/src/audit/report.js';
import { auditMarkdown, siteMarkdown } from '../../../server/src/audit/reports/markdown.js';
import { stamp } from '../../../server/src/audit/reports/words.js';
import type { AuditAnswer, AuditParams, PageParams } from '../../../server/src/lsp/audit.js';
import type { Place } from '../lazyView.js';
import { commands } from '../names.js';
import type { Session } from '../session.js';
import { itemOf } from './items.js';
import { type AuditNode, burnDownWords, changesSince, type Findings, filtered, kept, tally, treeOf } from './model.js';
import { ReportPage } from './page.js';

/** Context keys that the manifest asks for. */
const SHOWN = 'gup-lens.audit.shown';
const FILTERED = 'gup-lens.audit.filtered';
/** Milliseconds to wait for more changes. */
const PAUSE = 400;
/** Folders that are judged anew by themselves; a checkout changes more, and a whole audit is faster then. */
const MOST_FOLDERS = 40;
/** Where the last audit of a folder is kept, with its URI behind. */
const LAST = 'gup-lens.audit.last:';

interface Shown {
	readonly root: Uri;
	readonly report: AuditReport;
	readonly findings: Findings;
	/** The audit before it, or that of a revision, to tell what changed. */
	readonly before: AuditReport | undefined;
}

class AuditTree implements TreeDataProvider<AuditNode> {
	readonly #changed = new EventEmitter<void>();
	readonly onDidChangeTreeData = this.#changed.event;
	#roots: readonly AuditNode[] = [];
	#shown: Shown | undefined;

	show(shown: Shown | undefined, filter: string): void {
		this.#shown = shown;
		if (shown) {
			const { report, findings, before } = shown;
			const changes = filter === '' ? changesSince(before, report) : undefined;
			this.#roots = [...(changes ? [changes] : []), ...treeOf(report, filter, findings)];
		} else this.#roots = [];
		this.#changed.fire();
	}

	getChildren(node?: AuditNode): AuditNode[] {
		if (!node) return [...this.#roots];
		return 'children' in node ? [...node.children] : [];
	}

	getTreeItem(node: AuditNode): TreeItem {
		return itemOf(node, this.#shown as Shown);
	}
}

class Audit {
	readonly #session: Session;
	readonly #log: LogOutputChannel;
	readonly #tree = new AuditTree();
	readonly #view: TreeView<AuditNode>;
	readonly #page = new ReportPage();
	readonly #memory: Memento;
	/** Folders with files that changed since they were judged. */
	readonly #stale = new Set<string>();
	#watching: Disposable | undefined;
	#shown: Shown | undefined;
	#filter = '';
	#timer: ReturnType<typeof setTimeout> | undefined;
	#running = false;
	/** Why the folders that changed could not be judged. */
	#failure: string | undefined;

	constructor(place: Place, session: Session, log: LogOutputChannel, memory: Memento) {
		this.#view = place(this.#tree);
		this.#session = session;
		this.#log = log;
		this.#memory = memory;
	}

	register(): Disposable {
		return Disposable.from(
			this.#page,
			registry.registerCommand(commands.audit, () => this.#run()),
			registry.registerCommand(commands.auditFilter, () => this.#askFilter()),
			registry.registerCommand(commands.auditClearFilter, () => this.#setFilter('')),
			registry.registerCommand(commands.auditCopy, (node?: AuditNode) => this.#copy(node)),
			registry.registerCommand(commands.auditReport, () => this.#openPage()),
			registry.registerCommand(commands.auditCompare, () => this.#compare()),
			workspace.onDidSaveTextDocument(({ uri }) => this.#changed(uri)),
			new Disposable(() => {
				clearTimeout(this.#timer);
				this.#watching?.dispose();
			}),
		);
	}

	async #run(): Promise<void> {
		if (this.#running) return;
		const folder = await chosenFolder();
		if (!folder) return;
		this.#running = true;
		this.#stale.clear();
		this.#failure = undefined;
		await registry.executeCommand('gup-lens.audit.focus');
		try {
			const answer = await window.withProgress(
				{ location: ProgressLocation.Notification, title: 'GUP Lens: audit', cancellable: true },
				(progress, token) =>
					this.#ask({ uri: folder.uri.toString() }, token, (message) => progress.report({ message })),
			);
			for (const note of answer.notes) this.#log.info(note);
			const { report, findings } = answer;
			const key = `${LAST}${folder.uri.toString()}`;
			const before = this.#memory.get<AuditReport>(key);
			if (!report.partial) await this.#memory.update(key, kept(report));
			// what is saved from now on is told against this one
			this.#show({ root: folder.uri, report, findings, before: before ?? kept(report) });
			this.#watch(folder.uri);
		} catch (error) {
			void window.showErrorMessage(`GUP Lens: ${error instanceof Error ? error.message : String(error)}`);
		} finally {
			this.#running = false;
			if (this.#stale.size > 0) this.#soon();
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
		const { report, findings = {} } = this.#shown ?? {};
		this.#tree.show(this.#shown, this.#filter);
		if (!report) return;
		const found = filtered(report.sites, this.#filter).length;
		const all = report.sites.length;
		const kernel = `Linux ${report.kernel}${report.kernelAssumed ? ' (assumed)' : ''}`;
		const words = this.#filter ? `${found} of ${all} sites with "${this.#filter}"` : tally(report, findings);
		this.#view.message = [
			`${kernel}: ${words}${report.partial ? ', stopped before its end' : ''}`,
			stamp(report),
			burnDownWords(this.#shown?.before, report),
			this.#staleWords(),
		]
			.filter(Boolean)
			.join(' · ');
		this.#view.description = this.#staleWords() && 'out of date';
	}

	/** What changed since it was judged; "" where nothing did. */
	#staleWords(): string {
		const { size } = this.#stale;
		if (this.#failure !== undefined) return `Out of date: ${this.#failure}`;
		if (size === 0) return '';
		const folders = `files changed in ${size} folder${size === 1 ? '' : 's'}`;
		return size > MOST_FOLDERS
			? `Out of date: ${folders}, run the audit again`
			: `Out of date: ${folders}, judging them anew`;
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

	/** Tells what became of the sites of a revision since. */
	async #compare(): Promise<void> {
		if (!workspace.isTrusted) {
			void window.showErrorMessage('GUP Lens: revisions are read in trusted workspaces only.');
			return;
		}
		if (!this.#shown) await this.#run();
		const { root } = this.#shown ?? {};
		if (!root || this.#running) return;
		const revision = await window.showInputBox({
			title: 'Compare Audit with Revision',
			placeHolder: 'v6.12',
			prompt: 'A tag, branch or commit of this repository; it is read without a checkout',
			validateInput: (value) => (value.trim().startsWith('-') ? 'That is no revision' : undefined),
		});
		if (!revision?.trim()) return;
		this.#running = true;
		try {
			const answer = await window.withProgress(
				{ location: ProgressLocation.Notification, title: `GUP Lens: audit of ${revision}`, cancellable: true },
				(progress, token) =>
					this.#ask({ uri: root.toString(), revision: revision.trim() }, token, (message) =>
						progress.report({ message }),
					),
			);
			if (answer.report.partial) return;
			const shown = this.#shown;
			if (shown?.root === root) this.#show({ ...shown, before: answer.report });
		} catch (error) {
			void window.showErrorMessage(`GUP Lens: ${error instanceof Error ? error.message : String(error)}`);
		} finally {
			this.#running = false;
			if (this.#stale.size > 0) this.#soon();
		}
	}

	/** Also what changes outside of the editor, such as by a checkout. */
	#watch(root: Uri): void {
		this.#watching?.dispose();
		const watcher = workspace.createFileSystemWatcher(new RelativePattern(root, '**/*.{c,h}'));
		const changed = (uri: Uri) => this.#changed(uri);
		this.#watching = Disposable.from(
			watcher,
			watcher.onDidChange(changed),
			watcher.onDidCreate(changed),
			watcher.onDidDelete(changed),
		);
	}

	/** Files that change are judged anew, with those beside them. */
	#changed(uri: Uri): void {
		const { root } = this.#shown ?? {};
		if (!root || !/\.[ch]$/.test(uri.path) || !uri.toString().startsWith(`${root.toString()}/`)) return;
		const path = uri.path.slice(root.path.length + 1);
		this.#stale.add(path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
		this.#soon();
	}

	#soon(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#refresh(), PAUSE);
	}

	async #refresh(): Promise<void> {
		const { root } = this.#shown ?? {};
		// what was saved meanwhile is read when the audit is over
		if (!root || this.#running) return;
		this.#draw();
		if (this.#stale.size > MOST_FOLDERS) return;
		const folders = [...this.#stale];
		try {
			const { report, findings } = await this.#ask({ uri: root.toString(), folders });
			for (const folder of folders) this.#stale.delete(folder);
			this.#failure = undefined;
			const shown = this.#shown;
			if (shown?.root === root)
				this.#show({
					...shown,
					report: refreshed(shown.report, folders, report.sites, report.taken),
					findings: { ...without(shown.findings, folders), ...findings },
				});
		} catch (error) {
			this.#failure = error instanceof Error ? error.message : String(error);
			this.#log.warn(`the audit was not refreshed: ${this.#failure}`);
			this.#draw();
		}
	}
}

/** Findings of files that do not lie in these folders. */
function without(findings: Findings, folders: readonly string[]): Findings {
	const stale = new Set(folders);
	return Object.fromEntries(
		Object.entries(findings).filter(([path]) => !stale.has(path.slice(0, Math.max(path.lastIndexOf('/'), 0)))),
	);
}

/** The folder to audit: the only one, or the one that is picked. */
async function chosenFolder(): Promise<WorkspaceFolder | undefined> {
	const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
	if (folders.length > 1) return window.showWorkspaceFolderPick({ placeHolder: 'Kernel tree to audit' });
	if (folders.length === 0) void window.showInformationMessage('GUP Lens: open a kernel tree as a folder first.');
	return folders[0];
}

/** The view and its commands: for where the server is on a machine with a disk. */
export function registerAudit(place: Place, session: Session, log: LogOutputChannel, memory: Memento): Disposable {
	return new Audit(place, session, log, memory).register();
}
