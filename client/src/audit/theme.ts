/** The report follows the theme of the editor, not that of the system around it. No VS Code in here. */
export function inTheme(html: string, dark: boolean): string {
	return html
		.replaceAll('(prefers-color-scheme: dark)', dark ? 'all' : 'not all')
		.replaceAll('(prefers-color-scheme: light)', dark ? 'not all' : 'all')
		.replace('color-scheme: light dark;', `color-scheme: ${dark ? 'dark' : 'light'};`);
}
