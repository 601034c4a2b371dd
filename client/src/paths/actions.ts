/** "Show paths of these pages" among the actions of a finding: below all that change something. */
import { CodeAction, CodeActionKind, type Disposable, languages } from 'vscode';
import { selector } from '../documents.js';
import { commands } from '../names.js';

/** No kind that the editor has a place for above: it comes under "More Actions". */
const KIND = CodeActionKind.Empty.append('gup-lens').append('paths');

/** Offers it on findings, for which the menu is there anyway. */
export function offerPaths(): Disposable {
	return languages.registerCodeActionsProvider(
		[...selector],
		{
			provideCodeActions(document, range, { diagnostics }) {
				if (!diagnostics.some(({ source }) => source === 'gup-lens')) return [];
				const title = 'Show paths of these pages';
				const action = new CodeAction(title, KIND);
				const { line, character } = range.start;
				action.command = { command: commands.paths, title, arguments: [document.uri.toString(), { line, character }] };
				return [action];
			},
		},
		{ providedCodeActionKinds: [KIND] },
	);
}
