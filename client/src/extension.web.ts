import type { ExtensionContext } from 'vscode';
import { begin } from './begin.js';
import { loadBundles } from './bundles.web.js';
import type { Launcher } from './launch.js';

/** Entry of VS Code for the web: the server is a web worker. */
export function activate(context: ExtensionContext): void {
	let launcher: Promise<Launcher> | undefined;
	begin(
		context,
		() => {
			launcher ??= loadBundles<Launcher>(context, ['language-client.js', 'launch.web.js']).catch((error: unknown) => {
				// they come over a network: the next start asks again
				launcher = undefined;
				throw error;
			});
			return launcher;
		},
		async () => (await import('./paths/view.js')).registerPaths,
	);
}
