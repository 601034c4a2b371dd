/** The view of paths: every path of some pages, walked step by step in the editor. */
import {
	type CancellationToken,
	Disposable,
	EventEmitter,
	type LogOutputChannel,
	languages,
	Position,
	ProgressLocation,
	Range,
	commands as registry,
	StatusBarAlignment,
	type TextDocumentChangeEvent,
	TextEditorRevealType,
	type TreeDataProvider,
	type TreeItem,
	type TreeView,
	Uri,
	window,
	workspace,
} from 'vscode';
import type { PathsAnswer } from '../../../server/src/lsp/paths.js';
import { isSource } from '../documents.js';
import type { Place } from '../lazyView.js';
import { commands } from '../names.js';
import type { Session } from '../session.js';
import { itemOf } from './items.js';
import { LifeView } from './lifeView.js';
import { Marks } from './marks.js';
import { type Asked, type Located, moved, type PathsNode, positionWords, treeOf, Walk } from './model.js';

/** Context key that the manifest asks for. */
const SHOWN = 'gup-lens.paths.shown';
/** Milliseconds to wait for more edits. */
const PAUSE = 500;

/** What is shown, and where it was asked for. */
interface Shown {
	readonly uri: string;
	readonly asked: Asked;
	readonly rule: string | undefined;
	readonly walk: Walk;
}

class PathsTree implements TreeDataProvider<PathsNode> {
	readonly #changed = new EventEmitter<PathsNode | undefined>();
	readonly onDidChangeTreeData = this.#changed.event;
	#shown: Shown | undefined;

	show(shown: Shown | undefined): void {
		this.#shown = shown;
		this.#changed.fire(undefined);
	}

	/** The look of some nodes has changed. */
	redraw(...nodes: readonly (PathsNode | undefined)[]): void {
		for (const node of nodes) if (node) this.#changed.fire(node);
	}

	getChildren(node?: PathsNode): PathsNode[] {
		if (!node) return [...(this.#shown?.walk.roots ?? [])];
		return node.kind === 'step' ? [] : [...node.children];
	}

	getParent(node: PathsNode): PathsNode | undefined {
		return node.kind === 'pages' ? undefined : node.parent;
	}

	getTreeItem(node: PathsNode): TreeItem {
		return itemOf(node, this.#shown?.uri ?? '', this.#shown?.walk.step);
	}
}

class Paths {
	readonly #session: Session;
	readonly #log: LogOutputChannel;
	readonly #tree = new PathsTree();
	readonly #view: TreeView<PathsNode>;
	readonly #life = new LifeView((at) => void this.#reveal(at, false));
	readonly #marks = new Marks();
	readonly #status = window.createStatusBarItem('gup-lens.paths', StatusBarAlignment.Left, 0);
	#shown: Shown | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(place: Place, session: Session, log: LogOutputChannel) {
		this.#view = place(this.#tree);
		this.#session = session;
		this.#log = log;
		this.#status.name = 'GUP Lens: path';
		this.#status.command = 'gup-lens.paths.focus';
	}

	register(): Disposable {
		return Disposable.from(
			this.#life,
			this.#marks,
			this.#status,
			window.registerWebviewViewProvider('gup-lens.pathsLife', this.#life),
			registry.registerCommand(commands.paths, (uri?: unknown, position?: unknown, rule?: unknown) =>
				this.#show(uri, position, rule),
			),
			...[
				[commands.pathsNextStep, (walk: Walk) => walk.stepBy(1)],
				[commands.pathsPreviousStep, (walk: Walk) => walk.stepBy(-1)],
				[commands.pathsNextPath, (walk: Walk) => walk.pathBy(1)],
				[commands.pathsPreviousPath, (walk: Walk) => walk.pathBy(-1)],
			].map(([name, go]) =>
				// the keyboard stays in the view where it is there: a key of the manifest says so
				registry.registerCommand(name as string, (from?: unknown) =>
					this.#walk(go as (walk: Walk) => void, from === 'view'),
				),
			),
			registry.registerCommand(
				commands.pathsGoTo,
				(node?: PathsNode) => node && this.#walk((walk) => walk.goTo(node), true),
			),
			registry.registerCommand(commands.pathsClose, () => this.#take(undefined)),
			window.onDidChangeVisibleTextEditors(() => this.#marks.draw(this.#shown?.walk)),
			workspace.onDidChangeTextDocument((event) => this.#edited(event)),
			new Disposable(() => clearTimeout(this.#timer)),
		);
	}

	/** Arguments are those of a code lens or a code action; the menu of an editor gives others. */
	async #show(uri: unknown, position: unknown, rule: unknown): Promise<void> {
		const where = typeof uri === 'string' ? { uri, asked: position as Asked } : cursor();
		if (!where) {
			void window.showInformationMessage('GUP Lens: put the cursor on a call that takes or releases user pages first.');
			return;
		}
		const about = typeof rule === 'string' ? rule : ruleAt(where.uri, where.asked);
		try {
			const answer = await window.withProgress(
				{ location: ProgressLocation.Window, title: 'GUP Lens: paths' },
				(_, token) => this.#ask(where.uri, where.asked, about, token),
			);
			if (!answer || answer.pages.length === 0) {
				void window.showInformationMessage(`GUP Lens: ${answer?.nothing ?? 'this file is not analysed'}.`);
				return;
			}
			// before the picture comes: VS Code then deals out the room anew, by the sizes of the manifest
			await registry.executeCommand('gup-lens.paths.focus');
			this.#take({ ...where, rule: about, walk: new Walk(treeOf(answer)) });
			await this.#moved(false);
		} catch (error) {
			void window.showErrorMessage(`GUP Lens: ${error instanceof Error ? error.message : String(error)}`);
		}
	}

	#ask(uri: string, position: Asked, rule: string | undefined, token?: CancellationToken): Promise<PathsAnswer | null> {
		const params = { textDocument: { uri }, position, ...(rule === undefined ? {} : { rule }) };
		return this.#session.request<PathsAnswer | null>('gup-lens/paths', params, token);
	}

	#take(shown: Shown | undefined): void {
		clearTimeout(this.#timer);
		this.#shown = shown;
		void registry.executeCommand('setContext', SHOWN, shown !== undefined);
		this.#tree.show(shown);
		this.#tell();
	}

	/**
	 * @param go changes where the walk is
	 * @param fromView the keyboard stays in the view
	 */
	async #walk(go: (walk: Walk) => void, fromView: boolean): Promise<void> {
		const { walk } = this.#shown ?? {};
		if (!walk) return;
		const before = walk.step;
		go(walk);
		this.#tree.redraw(before, walk.step);
		this.#tell();
		await this.#moved(fromView);
	}

	/** Shows the current step: above the tree, in the status bar, in the editors, in the picture. */
	#tell(): void {
		const { walk } = this.#shown ?? {};
		const words = walk && positionWords(walk);
		const state = walk?.step?.step.pages?.text;
		this.#view.message = [words, state].filter(Boolean).join(': ');
		if (words) {
			this.#status.text = `$(list-tree) ${words}`;
			this.#status.tooltip = state ?? '';
			this.#status.show();
		} else this.#status.hide();
		this.#marks.draw(walk);
		this.#life.show(walk?.path?.parent.pages ?? walk?.roots[0]?.pages, this.#shown?.uri ?? '');
	}

	/** Shows the place one is at, in the editor and in the tree. */
	async #moved(fromView: boolean): Promise<void> {
		const { current } = this.#shown?.walk ?? {};
		if (!current) return;
		await this.#reveal(current.kind === 'step' ? current.step.at : current.path.at, fromView);
		if (this.#view.visible) await this.#view.reveal(current, { select: true, focus: false });
	}

	async #reveal({ uri, range }: Located, preserveFocus: boolean): Promise<void> {
		const start = new Position(range.start.line, range.start.character);
		const at = new Range(start, start);
		const editor = await window.showTextDocument(Uri.parse(uri, true), { preserveFocus, selection: at });
		editor.revealRange(at, TextEditorRevealType.InCenterIfOutsideViewport);
		this.#marks.draw(this.#shown?.walk);
	}

	/** Places move with the text: paths that are shown are asked for again. */
	#edited({ document, contentChanges }: TextDocumentChangeEvent): void {
		const shown = this.#shown;
		if (!shown || contentChanges.length === 0 || !isSource(document)) return;
		if (document.uri.toString() === shown.uri) this.#shown = { ...shown, asked: moved(shown.asked, contentChanges) };
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#refresh(), PAUSE);
	}

	async #refresh(): Promise<void> {
		const shown = this.#shown;
		if (!shown) return;
		try {
			const answer = await this.#ask(shown.uri, shown.asked, shown.rule);
			if (this.#shown !== shown) return;
			const walk = new Walk(treeOf(answer ?? { pages: [] }));
			walk.resume(shown.walk);
			this.#take({ ...shown, walk });
			if (!walk.current) this.#view.message = answer?.nothing ?? 'these pages are not found any more';
		} catch (error) {
			this.#log.warn(`the paths were not refreshed: ${String(error)}`);
		}
	}
}

/** Where the cursor of the active editor is. */
function cursor(): Pick<Shown, 'uri' | 'asked'> | undefined {
	const editor = window.activeTextEditor;
	if (!editor || !isSource(editor.document)) return undefined;
	const { line, character } = editor.selection.active;
	return { uri: editor.document.uri.toString(), asked: { line, character } };
}

/** Rule of the finding at a place: at the character, else on the line. */
function ruleAt(uri: string, { line, character }: Asked): string | undefined {
	const own = languages.getDiagnostics(Uri.parse(uri, true)).filter(({ source }) => source === 'gup-lens');
	const at = new Position(line, character);
	const found = own.find(({ range }) => range.contains(at)) ?? own.find(({ range }) => range.start.line === line);
	const code = typeof found?.code === 'object' ? found.code.value : found?.code;
	return typeof code === 'string' ? code : undefined;
}

/** The view and its commands. */
export function registerPaths(place: Place, session: Session, log: LogOutputChannel): Disposable {
	return new Paths(place, session, log).register();
}
