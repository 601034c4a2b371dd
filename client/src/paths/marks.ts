/** The steps of a path in the editors. */
import { type Disposable, OverviewRulerLane, Position, Range, type TextEditor, ThemeColor, window } from 'vscode';
import { type Located, type Mark, marksIn, type Walk } from './model.js';

const color = (name: string) => new ThemeColor(`gupLens.${name}`);

function rangeOf({ range: { start, end } }: Located): Range {
	return new Range(start.line, start.character, end.line, end.character);
}

export class Marks implements Disposable {
	readonly #step = window.createTextEditorDecorationType({
		backgroundColor: color('pathStepBackground'),
		border: '1px dotted',
		borderColor: color('pathStepBorder'),
		overviewRulerColor: color('pathStepBorder'),
		overviewRulerLane: OverviewRulerLane.Center,
	});
	readonly #current = window.createTextEditorDecorationType({
		backgroundColor: color('pathCurrentBackground'),
		border: '1px solid',
		borderColor: color('pathCurrentBorder'),
		overviewRulerColor: color('pathCurrentBorder'),
		overviewRulerLane: OverviewRulerLane.Full,
	});
	readonly #state = window.createTextEditorDecorationType({});

	/** @param walk undefined: nothing is marked */
	draw(walk: Walk | undefined): void {
		for (const editor of window.visibleTextEditors) this.#drawIn(editor, walk);
	}

	#drawIn(editor: TextEditor, walk: Walk | undefined): void {
		const marks = walk ? marksIn(walk, editor.document.uri.toString()) : [];
		const inside = marks.filter(({ line }) => line < editor.document.lineCount);
		const ranges = (some: readonly Mark[]) => some.flatMap(({ at }) => at.map(rangeOf));
		editor.setDecorations(this.#step, ranges(inside.filter(({ isCurrent }) => !isCurrent)));
		editor.setDecorations(this.#current, ranges(inside.filter(({ isCurrent }) => isCurrent)));
		editor.setDecorations(
			this.#state,
			inside.map(({ line, text, isCurrent }) => {
				const end = new Position(line, editor.document.lineAt(line).text.length);
				const after = {
					contentText: text,
					margin: '0 0 0 2em',
					color: color(isCurrent ? 'pathCurrentForeground' : 'pathStepForeground'),
					fontWeight: isCurrent ? 'bold' : 'normal',
				};
				return { range: new Range(end, end), renderOptions: { after } };
			}),
		);
	}

	dispose(): void {
		this.#step.dispose();
		this.#current.dispose();
		this.#state.dispose();
	}
}
