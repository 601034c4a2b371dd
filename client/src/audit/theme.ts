/** How the theme of an editor is. */
export interface Theme {
	readonly dark: boolean;
	readonly highContrast: boolean;
}

/** The report follows the theme of the editor, not that of the system around it. No VS Code in here. */
export function inTheme(html: string, { dark, highContrast }: Theme): string {
	const all = (yes: boolean): string => (yes ? 'all' : 'not all');
	return html
		.replaceAll('(prefers-color-scheme: dark)', all(dark))
		.replaceAll('(prefers-color-scheme: light)', all(!dark))
		.replaceAll('(prefers-contrast: more)', all(highContrast))
		.replace('color-scheme: light dark;', `color-scheme: ${dark ? 'dark' : 'light'};`);
}
