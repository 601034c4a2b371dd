/** What is known of a function, a flag or a rule, as a page beside the code. */
import {
	Disposable,
	type ExtensionContext,
	languages,
	type QuickPickItem,
	commands as registry,
	Uri,
	window,
	workspace,
} from 'vscode';
import type { ExplainParams, NamesParams } from '../../server/src/lsp/explain.js';
import { commands } from './names.js';
import type { Session } from './session.js';

const SCHEME = 'gup-lens-explain';
const PREVIEW = 'markdown.showPreview';

interface Choice extends QuickPickItem {
	/** Page to show. */
	readonly page: Uri;
}

export function registerExplain(context: ExtensionContext, session: Session): Disposable {
	const pages = Uri.joinPath(context.extensionUri, 'docs', 'rules');
	return Disposable.from(
		workspace.registerTextDocumentContentProvider(SCHEME, {
			async provideTextDocumentContent({ path, query }) {
				const params: ExplainParams = { name: path.slice(1, -'.md'.length), uri: query || null };
				return (await session.request<string | null>('gup-lens/explain', params)) ?? 'Not known in this kernel.';
			},
		}),
		registry.registerCommand(commands.explain, () => explain(session, pages)),
		registry.registerCommand(commands.openRule, () => openRule(pages)),
	);
}

/** Any name of the family or rule; what the cursor is on stands first. */
async function explain(session: Session, pages: Uri): Promise<void> {
	const uri = window.activeTextEditor?.document.uri.toString() ?? null;
	const params: NamesParams = { uri };
	const names = await session.request<readonly string[]>('gup-lens/names', params);
	const choices = [
		...names.map((name): Choice => {
			const page = Uri.from({ scheme: SCHEME, path: `/${name}.md`, query: uri ?? '' });
			return { label: name, description: name.startsWith('FOLL_') ? 'flag' : 'function', page };
		}),
		...(await rulesIn(pages)),
	];
	await show(choices, new Set([wordAtCursor(), ...rulesAtCursor()]), 'Explain a function, a flag or a rule');
}

/** The page of the only rule with a finding at the cursor, else of one that is chosen. */
async function openRule(pages: Uri): Promise<void> {
	const here = [...rulesAtCursor()];
	const rules = await rulesIn(pages);
	const [only] = here.length === 1 ? rules.filter(({ label }) => label === here[0]) : [];
	if (only) await registry.executeCommand(PREVIEW, only.page);
	else await show(rules, new Set(here), 'Open the page of a rule');
}

async function show(choices: readonly Choice[], first: ReadonlySet<string>, title: string): Promise<void> {
	const isHere = ({ label }: Choice) => first.has(label);
	const sorted = [...choices.filter(isHere), ...choices.filter((choice) => !isHere(choice))];
	const chosen = await window.showQuickPick(sorted, { title, matchOnDescription: true });
	if (chosen) await registry.executeCommand(PREVIEW, chosen.page);
}

async function rulesIn(pages: Uri): Promise<Choice[]> {
	const entries = await workspace.fs.readDirectory(pages);
	return entries
		.filter(([name]) => /^[a-z][a-z-]*\.md$/.test(name))
		.map(([name]) => ({ label: name.slice(0, -'.md'.length), description: 'rule', page: Uri.joinPath(pages, name) }));
}

function wordAtCursor(): string {
	const editor = window.activeTextEditor;
	const range = editor?.document.getWordRangeAtPosition(editor.selection.active);
	return editor && range ? editor.document.getText(range) : '';
}

function rulesAtCursor(): Set<string> {
	const editor = window.activeTextEditor;
	if (!editor) return new Set();
	const here = languages
		.getDiagnostics(editor.document.uri)
		.filter(({ source, range }) => source === 'gup-lens' && range.contains(editor.selection.active));
	return new Set(here.map(({ code }) => String(typeof code === 'object' ? code.value : code)));
}
