import type { ExtensionContext } from 'vscode';
import { begin } from './begin.js';

/** Entry of VS Code for the web: the server is a web worker. */
export function activate(context: ExtensionContext): void {
	begin(
		context,
		() => import('./launch.web.js'),
		async () => (await import('./paths/view.js')).registerPaths,
	);
}
