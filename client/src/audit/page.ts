/** The report as a page beside the editors. */
import { ColorThemeKind, type Disposable, ViewColumn, type WebviewPanel, window } from 'vscode';
import { inTheme } from './theme.js';

/** One page, filled anew each time it is asked for. */
export class ReportPage implements Disposable {
	#panel: WebviewPanel | undefined;

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
		const { kind } = window.activeColorTheme;
		const dark = kind === ColorThemeKind.Dark || kind === ColorThemeKind.HighContrast;
		this.#panel.webview.html = inTheme(html, dark);
		this.#panel.reveal();
	}

	dispose(): void {
		this.#panel?.dispose();
	}
}
