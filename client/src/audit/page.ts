/** The report as a page beside the editors. */
import { ColorThemeKind, Disposable, ViewColumn, type WebviewPanel, window } from 'vscode';
import { inTheme, type Theme } from './theme.js';

/** One page, filled anew each time it is asked for, and drawn anew with the theme. */
export class ReportPage implements Disposable {
	readonly #themes = window.onDidChangeActiveColorTheme(() => this.#draw());
	#panel: WebviewPanel | undefined;
	#html = '';

	/** @param html self-contained: it loads nothing */
	show(html: string): void {
		if (!this.#panel) {
			this.#panel = window.createWebviewPanel('gup-lens.auditReport', 'GUP Lens: Audit', ViewColumn.Active, {
				enableScripts: true,
				enableFindWidget: true,
				localResourceRoots: [],
			});
			this.#panel.onDidDispose(() => {
				this.#panel = undefined;
			});
		}
		this.#html = html;
		this.#draw();
		this.#panel.reveal();
	}

	#draw(): void {
		if (this.#panel) this.#panel.webview.html = inTheme(this.#html, themeOf(window.activeColorTheme.kind));
	}

	dispose(): void {
		Disposable.from(this.#themes, ...(this.#panel ? [this.#panel] : [])).dispose();
	}
}

function themeOf(kind: ColorThemeKind): Theme {
	return {
		dark: kind === ColorThemeKind.Dark || kind === ColorThemeKind.HighContrast,
		highContrast: kind === ColorThemeKind.HighContrast || kind === ColorThemeKind.HighContrastLight,
	};
}
